import { flag } from "../actions/readers";
import type { Message } from "./red";

/** What a message has that says yes to what destroys. */
export const CONFIRM = "confirm";

const read = flag({ optional: true });

/** Yes as in any field of a dialog: `true`, `1`, `"on"`, `"yes"`. What cannot be understood is no. */
export function isConfirmed(message: Message): boolean {
  try {
    return Object.hasOwn(message, CONFIRM) && read(message[CONFIRM]);
  } catch {
    return false;
  }
}

/** From a message that is ours to write on. */
export const dropConfirmation = (message: Message): void => void Reflect.deleteProperty(message, CONFIRM);
