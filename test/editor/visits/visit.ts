import type { Setting } from "../dialog";

/** A wrong value, and the reason that the dialog gives for it. */
interface Mistake extends Setting {
  /** What is chosen first, so that the field matters. */
  given?: Setting[];
  reason: string;
}

/** What a person does in a dialog. */
export interface Visit {
  mistakes: Mistake[];
  /**
   * Each list is entered in an opening of its own: what one action shows is hidden for another. Everything is saved,
   * and there when the dialog is opened again.
   */
  settings: Setting[][];
  /** Fields that the dialog of a new node does not show; they have tests of their own. */
  unread?: string[];
}

export const choice = (field: string, value: string): Setting => ({ field, type: "choice", value });
export const number = (field: string, value: string): Setting => ({ field, type: "num", value });
export const text = (field: string, value: string): Setting => ({ field, type: "str", value });

export const NAME = { field: "name", value: "by hand" };
export const FROM_MSG = { field: "deviceFromMsg", value: true };
export const CONFIRM = { field: "confirm", value: true };
export const NO_DEVICE = { field: "device", value: "_ADD_", reason: "Device: choose or add a PiKVM" };
export const DEVICE = { field: "device", value: "device" };
export const FOR_NUMBERS = "must be a number from";
export const FOR_VARIABLES =
  "an environment variable must be the whole value, as ${NAME}; inside of a text it is not replaced";
