import { asPiKVMError } from "../actions/thrown";
import type { Choice, Choices } from "../schema/choices";
import { CHOICE_LISTS } from "./choice-lists";
import { withDevice } from "./device";
import { failureWords } from "./failure-words";
import { Questions } from "./questions";
import type { NodeAPI } from "./red";

/** Seconds that a device may take while a person waits in a dialog. */
const TIMEOUT = 10;

/**
 * Lets dialogs ask a deployed device for what can be chosen: `GET pikvm/devices/<id>/choices/<kind>` answers with what
 * there is, or with why there is nothing.
 */
export function serveChoices(RED: NodeAPI): void {
  const path = "/pikvm/devices/:id/choices/:kind";
  const questions = new Questions<Choice[]>(16);
  RED.httpAdmin.get<{ id: string; kind: string }>(
    path,
    RED.auth.needsPermission("flows.write"),
    (request, response) => {
      // What a device has is nobody else's business, and old a moment later.
      response.set("Cache-Control", "no-store");
      const { id, kind } = request.params;
      const ask = Object.hasOwn(CHOICE_LISTS, kind) ? CHOICE_LISTS[kind] : undefined;
      if (!ask) {
        response.status(404).json({ message: `There is no list of ${kind}.` });
        return;
      }
      questions
        .ask(`${id} ${kind}`, () => withDevice(RED, id, TIMEOUT, ask))
        .then(
          (choices) => response.json({ choices } satisfies Choices),
          (error: unknown) => response.json({ choices: [], problem: problemOf(error) } satisfies Choices),
        );
    },
  );
}

function problemOf(thrown: unknown): NonNullable<Choices["problem"]> {
  const error = asPiKVMError(thrown);
  return { code: error.code, words: failureWords(error, false), message: error.message };
}
