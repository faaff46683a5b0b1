import { withDevice } from "./device";
import { serve } from "./admin";
import { Questions } from "./questions";
import type { NodeAPI } from "./red";
import type { Snapshot } from "../client";

/** Seconds that a device may take while a person waits in a dialog, and those of them to start its video. */
const TIMEOUT = 15;
const VIDEO_TIMEOUT = 6;

/**
 * Lets dialogs see what is on the screen of a deployed device now: `GET pikvm/devices/<id>/snapshot` answers with a
 * JPEG, or with why there is none.
 */
export function serveScreen(RED: NodeAPI): void {
  const questions = new Questions<Snapshot>(16);
  const route = { method: "get", path: "pikvm/devices/:id/snapshot", permission: "write" } as const;
  serve(RED, route, async ({ params: { id = "" } }, response) => {
    const snapshot = () =>
      withDevice(RED, id, TIMEOUT, (kvm, signal) => kvm.screen.snapshot({ videoTimeout: VIDEO_TIMEOUT, signal }));
    const { image } = await questions.ask(id, snapshot);
    response.type("jpeg").send(image);
  });
}
