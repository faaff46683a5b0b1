import type { Trial } from "../actions/trial";
import { PiKVMError } from "../client";
import { route, type Route } from "./admin";
import { withDevice } from "./device";
import { Questions } from "./questions";

/** Seconds that a device may take while a person waits in a dialog; a small board takes 20 to read a whole screen. */
const TIMEOUT = 30;

const WAY = { method: "post", path: "pikvm/devices/:id/try/:node", permission: "write" } as const;

/**
 * Lets dialogs try what a node would do with the values in its form, on a deployed device:
 * `POST pikvm/devices/<id>/try/<node>` gets these values and answers with a JPEG, with what was found as JSON, or with
 * why there is nothing.
 */
export const trialsRoute = (trials: Readonly<Record<string, Trial>>): Route =>
  route(WAY, (RED) => {
    const questions = new Questions<object>(8);
    return async ({ params: { id = "", node = "" }, body }, response) => {
      const trial = Object.hasOwn(trials, node) ? trials[node] : undefined;
      if (!trial) throw new PiKVMError(`There is nothing to try of "${node}".`, { code: "NO_TRIAL" });
      const values = body as Record<string, unknown>; // Node-RED reads objects and lists only
      const answer = () => withDevice(RED, id, TIMEOUT, (kvm, signal) => trial(kvm, values, signal));
      const found = await questions.ask(JSON.stringify([id, node, values]), answer);
      if (Buffer.isBuffer(found)) response.type("jpeg").send(found);
      else response.json(found);
    };
  });
