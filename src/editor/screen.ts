import { common } from "./words";

/**
 * What the chosen device has to say to what a node would do with these values: a JPEG, or JSON.
 * @param node one of `nodes/trials.ts`.
 * @throws Error with the reason, in words for people: no such device, it is not deployed, it does not answer, ...
 */
export function tryNow(node: string, values: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Blob> {
  const device = encodeURIComponent(String($("#node-input-device").val()));
  const xhr = new XMLHttpRequest();
  // jQuery's ajax carries the token of a login to the editor, but keeps no binary answer when there is an error.
  const request = $.ajax({
    url: `pikvm/devices/${device}/try/${node}`,
    method: "POST",
    contentType: "application/json",
    data: JSON.stringify(values),
    dataType: "binary",
    xhr: () => xhr,
    xhrFields: { responseType: "blob" },
  });
  signal.addEventListener("abort", () => request.abort());
  return new Promise((resolve, reject) => {
    request
      .done(resolve)
      .fail(() => void reasonIn(xhr, request.statusText).then((reason) => reject(new Error(reason))));
  });
}

/** As the editor's server tells it, in the dialogs' words where there are any. @param status what jQuery knows. */
async function reasonIn({ response }: XMLHttpRequest, status: string): Promise<string> {
  try {
    const { problem, advice } = JSON.parse(await (response as Blob).text()) as Record<string, unknown>; // as asked for
    if (typeof advice === "string") return common(`advice.${advice}`);
    if (typeof problem === "string") return problem;
  } catch {
    // Something else answered, or nobody.
  }
  return common("picture.failed", { status });
}
