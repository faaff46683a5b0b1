import { withDevice } from "./device";
import { asPiKVMError } from "../actions/thrown";
import { Questions } from "./questions";
import type { NodeAPI } from "./red";
import type { Snapshot } from "../client";

/** Seconds that a device may take while a person waits in a dialog, and those of them to start its video. */
const TIMEOUT = 15;
const VIDEO_TIMEOUT = 6;

/**
 * Lets dialogs see what is on the screen of a deployed device now: `GET pikvm/devices/<id>/snapshot` answers with a
 * JPEG, or with why there is none as `problem`.
 */
export function serveScreen(RED: NodeAPI): void {
  const path = "/pikvm/devices/:id/snapshot";
  const questions = new Questions<Snapshot>(16);
  RED.httpAdmin.get<{ id: string }>(path, RED.auth.needsPermission("flows.write"), (request, response) => {
    // What a host shows is nobody else's business, and old a moment later.
    response.set("Cache-Control", "no-store");
    const { id } = request.params;
    const snapshot = () =>
      withDevice(RED, id, TIMEOUT, (kvm, signal) => kvm.screen.snapshot({ videoTimeout: VIDEO_TIMEOUT, signal }));
    questions.ask(id, snapshot).then(
      ({ image }) => response.type("jpeg").send(image),
      (error: unknown) => response.status(400).json({ problem: asPiKVMError(error).message }),
    );
  });
}
