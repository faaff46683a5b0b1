import { perform, type Actions } from "../actions/action";
import { BusyError, CancelledError, type PlayResult } from "../client";
import type { Progress } from "../actions/progress";
import type { Fields } from "../schema/field";
import { problemOf, route, type AdminRequest, type AdminResponse, type Route } from "./admin";
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
export const macroRoute = <F extends Fields>(macros: Actions<F>): Route =>
  route({ method: "post", path: "pikvm/devices/:id/macro", permission: "write" }, (RED) => {
    const busy = new Set<string>();
    return async (request, response) => {
      const id = String(request.params["id"]);
      // The next one would wait for the first, and press its keys when nobody expects it.
      if (busy.has(id)) throw new BusyError("Steps of a macro are being played on this device already.", IN_USE);
      busy.add(id);
      try {
        await play(whilePermitted(RED, id, macros), request, response);
      } finally {
        busy.delete(id);
      }
    };
  });

const IN_USE = { statusCode: 0 };

type Play = (values: Order, more: { signal: AbortSignal; progress: (progress: Progress) => void }) => Promise<object>;

/** As the node would play it, if the device lets it through: somebody is there who has asked for it. */
const whilePermitted =
  <F extends Fields>(RED: NodeAPI, id: string, macros: Actions<F>): Play =>
  ({ macro, speed, hostTimeout }, more) =>
    whileUsing(RED, id, (kvm, device) => {
      const values = { source: "macro", macro, speed, hostTimeout };
      return perform(macros, kvm, { values, permit: device.permit(), ...more });
    });

async function play(play: Play, request: AdminRequest, response: AdminResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort(new CancelledError("The dialog was closed.")));
  const say = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
  try {
    const progress = ({ done, total }: Progress) => say({ done, total });
    const result = await play(request.body as Order, { signal: gone.signal, progress });
    say({ result: resultOf(result as PlayResult) }); // what playing a macro answers
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
