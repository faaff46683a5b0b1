import type { Choice, Choices } from "../schema/choices";
import { problemOf, route } from "./admin";
import { CHOICE_LISTS } from "./choice-lists";
import { withDevice } from "./device";
import { Questions } from "./questions";

/** Seconds that a device may take while a person waits in a dialog. */
const TIMEOUT = 10;

const WAY = { method: "get", path: "pikvm/devices/:id/choices/:kind", permission: "read" } as const;

/**
 * Lets dialogs ask a deployed device for what can be chosen: `GET pikvm/devices/<id>/choices/<kind>` answers with what
 * there is, or with why there is nothing.
 */
export const choicesRoute = route(WAY, (RED) => {
  const questions = new Questions<Choice[]>(16);
  return async ({ params: { id = "", kind = "" } }, response) => {
    const ask = Object.hasOwn(CHOICE_LISTS, kind) ? CHOICE_LISTS[kind] : undefined;
    if (!ask) {
      response.status(404).json({ problem: `There is no list of ${kind}.`, code: "NO_LIST" });
      return;
    }
    const answer = await questions
      .ask(`${id} ${kind}`, () => withDevice(RED, id, TIMEOUT, ask))
      .then(
        (choices): Choices => ({ choices }),
        (error: unknown): Choices => ({ choices: [], ...problemOf(error) }),
      );
    response.json(answer);
  };
});
