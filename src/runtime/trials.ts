import { asPiKVMError } from "../actions/thrown";
import type { Trial } from "../actions/trial";
import { withDevice } from "./device";
import { Questions } from "./questions";
import type { NodeAPI } from "./red";

/** Seconds that a device may take while a person waits in a dialog; a small board takes 20 to read a whole screen. */
const TIMEOUT = 30;

/**
 * Lets dialogs try what a node would do with the values in its form, on a deployed device:
 * `POST pikvm/devices/<id>/try/<node>` gets these values as JSON and answers with a JPEG, with what was found as JSON, or
 * with why there is nothing as `problem`.
 */
export function serveTrials(RED: NodeAPI, trials: Readonly<Record<string, Trial>>): void {
  const path = "/pikvm/devices/:id/try/:node";
  const questions = new Questions<object>(8);
  RED.httpAdmin.post<{ id: string; node: string }>(
    path,
    RED.auth.needsPermission("flows.write"),
    (request, response) => {
      // What a host shows is nobody else's business, and old a moment later.
      response.set("Cache-Control", "no-store");
      const { id, node } = request.params;
      const trial = Object.hasOwn(trials, node) ? trials[node] : undefined;
      // A page of another site can make a browser send a form, but no JSON.
      if (!trial || !request.is("application/json")) {
        response.status(trial ? 415 : 404).json({ problem: "What is to be tried must be sent as JSON." });
        return;
      }
      const values = request.body as Record<string, unknown>; // Node-RED reads objects and lists only
      const answer = () => withDevice(RED, id, TIMEOUT, (kvm, signal) => trial(kvm, values, signal));
      questions.ask(JSON.stringify([id, node, values]), answer).then(
        (found) => (Buffer.isBuffer(found) ? response.type("jpeg").send(found) : response.json(found)),
        (error: unknown) => response.status(400).json({ problem: asPiKVMError(error).message }),
      );
    },
  );
}
