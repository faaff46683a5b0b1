import { chosenDevice, unaskable, wordsFor } from "./live";
import { common, notAllowed } from "./words";

type Problem = Parameters<typeof wordsFor>[0];

/**
 * What the chosen device has to say to what a node would do with these values: a JPEG, or JSON.
 * @param node one of `nodes/trials.ts`.
 * @throws Error with the reason, in words for people: no such device, it is not deployed, it does not answer, ...
 */
export async function tryNow(
  node: string,
  values: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Blob> {
  const device = chosenDevice();
  const reason = unaskable(device);
  if (reason !== undefined) throw new Error(reason);
  const xhr = new XMLHttpRequest();
  // jQuery's ajax carries the token of a login to the editor, but keeps no binary answer when there is an error.
  const request = $.ajax({
    url: `pikvm/devices/${encodeURIComponent(device)}/try/${node}`,
    method: "POST",
    contentType: "application/json",
    data: JSON.stringify(values),
    dataType: "binary",
    xhr: () => xhr,
    xhrFields: { responseType: "blob" },
  });
  signal.addEventListener("abort", () => request.abort());
  try {
    return (await request) as Blob; // as it was asked for
  } catch {
    const reason = notAllowed(request.status) ?? (await reasonIn(xhr, device));
    throw new Error(reason ?? common("list.failed", { status: request.statusText }));
  }
}

/** Why there is nothing, as the editor's server tells it; undefined where something else answered, or nobody. */
async function reasonIn({ response }: XMLHttpRequest, device: string): Promise<string | undefined> {
  try {
    return wordsFor(JSON.parse(await (response as Blob).text()) as Problem, device) || undefined; // as above
  } catch {
    return undefined;
  }
}
