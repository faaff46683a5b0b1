import { common } from "./words";

/**
 * A picture of what is on the screen of the chosen device now.
 * @throws Error with the reason, in words for people: no such device, it is not deployed, it does not answer, ...
 */
export function screenNow(signal: AbortSignal): Promise<Blob> {
  const device = encodeURIComponent(String($("#node-input-device").val()));
  const xhr = new XMLHttpRequest();
  // jQuery's ajax carries the token of a login to the editor, but keeps no binary answer when there is an error.
  const request = $.ajax({
    url: `pikvm/devices/${device}/snapshot`,
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

/** @param status what jQuery knows. */
async function reasonIn({ response }: XMLHttpRequest, status: string): Promise<string> {
  try {
    const { problem } = JSON.parse(await (response as Blob).text()) as { problem: unknown }; // as it was asked for
    if (typeof problem === "string") return problem;
  } catch {
    // Something else answered, or nobody.
  }
  return common("region.failed", { status });
}
