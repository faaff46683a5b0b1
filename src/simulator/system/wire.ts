import type { Age } from "../age";
import { aged } from "../aged";
import type { JsonObject } from "../api/python";
import { EVENTS_SINCE, INFO_SINCE, SINCE } from "../since";

export type Message = readonly [type: string, event: JsonObject];

/** How a kvmd of some age writes what its parts report. */
export class Wire {
  readonly #age: Age;
  readonly #full: (type: string) => JsonObject | undefined;

  /** @param full - The present state of a kind, all of it. */
  constructor(age: Age, full: (type: string) => JsonObject | undefined) {
    this.#age = age;
    this.#full = full;
  }

  /** Whether a session gets whole states, each time: it had to be asked for, or was all there was. */
  isLegacy(asked: boolean | undefined): boolean {
    const age = this.#age;
    if (!age.since(SINCE.partialEvents)) return true;
    if (age.since(SINCE.plainEventNames)) return false;
    return asked ?? !age.since(SINCE.partialByDefault);
  }

  /**
   * @param type - Of the event as kvmd has them now.
   * @param event - A state or a part of one.
   */
  messages(type: string, event: JsonObject, legacy: boolean): Message[] {
    if (!this.#knows(type, event)) return [];
    if (legacy) return this.#legacy(type, event);
    return [[this.#age.since(SINCE.plainEventNames) ? type : `${type}_state`, aged(this.#age, type, event)]];
  }

  #legacy(type: string, event: JsonObject): Message[] {
    if (type === "info")
      return Object.entries(event).map(([part, value]) => [`info_${part}_state`, value as JsonObject]); // its parts are objects
    const state = aged(this.#age, type, this.#full(type) ?? event);
    if (type === "ocr") return [["streamer_ocr_state", { ocr: state }]];
    if (type !== "gpio") return [[`${type}_state`, state]];
    const model: Message[] = "model" in event ? [["gpio_model_state", state.model as JsonObject]] : []; // as above
    return [...model, ["gpio_state", state.state as JsonObject]];
  }

  #knows(type: string, event: JsonObject): boolean {
    const parts = type === "info" ? Object.keys(event) : [];
    return [EVENTS_SINCE[type], ...parts.map((part) => INFO_SINCE[part])].every(
      (since) => since === undefined || this.#age.since(since),
    );
  }
}
