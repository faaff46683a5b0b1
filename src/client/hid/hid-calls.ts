import type { Key, MouseButton } from "../vocabulary";
import type { HidEvent } from "./hid-events";
import type { Moved } from "./hid-frames";
import { checkDelta } from "./mouse";

/** Presses a key, or lets it go. */
export function keyEvent(key: Key, state: boolean): HidEvent {
  const frames: HidEvent["frames"] = (as) => [as.key(key, state, false)];
  const leaves = state ? { presses: { what: key, release: keyEvent(key, false) } } : { releases: key };
  return { call: "send_key", query: { key, state }, frames, ...leaves };
}

/** Without a state the device presses and releases, most keys. */
export function tapOf(key: Key): HidEvent {
  const frames: HidEvent["frames"] = (as) => [as.key(key, true, false), as.key(key, false, false)];
  return { call: "send_key", query: { key }, frames };
}

/** Presses a button, or lets it go. @param state absent for both at once. */
export function buttonEvent(name: MouseButton, state?: boolean): HidEvent {
  const steps = state === undefined ? [true, false] : [state];
  const event: HidEvent = {
    call: "send_mouse_button",
    query: { button: name, state },
    frames: (as) => steps.map((step) => as.button(name, step)),
  };
  if (state === undefined) return event;
  return { ...event, ...(state ? { presses: { what: name, release: buttonEvent(name, false) } } : { releases: name }) };
}

/** @throws ConfigurationError for a distance out of range. */
export function pushOf(moved: Moved, x: number, y: number): HidEvent {
  checkDelta(x, y);
  return { call: `send_${moved}`, query: { delta_x: x, delta_y: y }, frames: (as) => [as.delta(moved, x, y)] };
}
