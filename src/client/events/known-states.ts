import { WebSocketError } from "../errors";
import { mergeEvent, type DeviceEvent, type StateChange } from "./merge";
import type { States } from "./states";

/** Kinds of states that are kept. Real devices have about ten. */
export const MAX_KINDS = 100;
/** Bytes of all states together, as JSON. The largest is the list of a storage with many images. */
export const MAX_BYTES = 32 * 1024 * 1024;

/** What a device has reported in one session, merged to full states. However much it sends, what is kept is bounded. */
export class KnownStates {
  /** Changed in place: a copy for each event would take time as long as there are states. */
  readonly all: States = {};
  #kinds = 0;
  /** At least as many bytes as are kept: merging counts a part again that replaces another. */
  #bytes = 0;

  /**
   * @param size bytes of the event.
   * @returns the state that the event results in; undefined for one without.
   * @throws WebSocketError `TOO_MUCH` when there would be more than is kept.
   */
  take(event: DeviceEvent, size: number): StateChange | undefined {
    const change = mergeEvent(this.all, event);
    // Nothing can be kept under that name.
    if (!change || change.kind === "__proto__") return undefined;
    if (!Object.hasOwn(this.all, change.kind)) this.#kinds += 1;
    if (this.#kinds > MAX_KINDS) throw tooMuch(`of more than ${MAX_KINDS} kinds`);
    this.all[change.kind] = change.state;
    this.#bytes += size;
    if (this.#bytes > 2 * MAX_BYTES) this.#countAnew();
    return change;
  }

  /** Takes long, and is seldom: as much as is allowed has come since the last time. */
  #countAnew(): void {
    this.#bytes = Buffer.byteLength(JSON.stringify(this.all));
    if (this.#bytes > MAX_BYTES) throw tooMuch(`of more than ${MAX_BYTES / 1024 / 1024} MiB`);
  }
}

function tooMuch(what: string): WebSocketError {
  const message = `The device reports states ${what}: they are none that a PiKVM has.`;
  return new WebSocketError(message, { code: "TOO_MUCH", retryable: false });
}
