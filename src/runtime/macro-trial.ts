import { BusyError, CancelledError, type PlayOptions, type PlayResult } from "../client";
import { problemOf, serve, type AdminRequest, type AdminResponse } from "./admin";
import { whileUsing } from "./device";
import type { NodeAPI } from "./red";

/** What a dialog sends. Its steps may hold passwords: nothing of it is answered or logged but what errors may say. */
interface Order {
  macro?: unknown;
  speed?: unknown;
  hostTimeout?: unknown;
}

/**
 * Lets the dialog of a macro play its first steps on a deployed device: `POST pikvm/devices/<id>/macro`. Each line of
 * the answer is JSON: `done` and `total` now and then, at last a `result` or a problem. It ends when the browser goes.
 */
export function serveMacroTrial(RED: NodeAPI): void {
  const busy = new Set<string>();
  const route = { method: "post", path: "pikvm/devices/:id/macro", permission: "write" } as const;
  serve(RED, route, async (request, response) => {
    const id = String(request.params["id"]);
    // The next one would wait for the first, and press its keys when nobody expects it.
    if (busy.has(id)) throw new BusyError("Steps of a macro are being played on this device already.", IN_USE);
    busy.add(id);
    try {
      await play(RED, id, request, response);
    } finally {
      busy.delete(id);
    }
  });
}

const IN_USE = { statusCode: 0 };

async function play(RED: NodeAPI, id: string, request: AdminRequest, response: AdminResponse): Promise<void> {
  const { macro, speed, hostTimeout } = request.body as Order;
  const gone = new AbortController();
  response.on("close", () => gone.abort(new CancelledError("The dialog was closed.")));
  const say = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
  const options: PlayOptions = {
    ...(typeof speed === "number" ? { speed } : {}),
    ...(typeof hostTimeout === "number" ? { hostTimeout } : {}),
    signal: gone.signal,
    onProgress: (done, total) => say({ done, total }),
  };
  try {
    const result = await whileUsing(RED, id, (kvm) => kvm.macros.play(macro, options));
    say({ result: resultOf(result) });
  } catch (error) {
    if (!response.headersSent) throw error;
    say(problemOf(error));
  }
  response.end();
}

/** Of the characters that were skipped only how many: they may be part of a password. */
const resultOf = ({ steps, seconds, incomplete, skipped = [] }: PlayResult) => ({
  ...{ steps, seconds, skipped: skipped.length },
  ...(incomplete ? { incomplete } : {}),
});
