import type { Frame } from "../sockets/connection";
import type { MouseDelta } from "./mouse";
import type { Key, MouseButton } from "../vocabulary";

/** Which of the two a movement moves. */
export type Moved = "mouse_relative" | "mouse_wheel";

/** How the events of keyboard and mouse are written on the event connection. */
export interface HidFrames {
  key(key: Key, state: boolean, finish: boolean): Frame;
  button(button: MouseButton, state: boolean): Frame;
  move(x: number, y: number): Frame;
  delta(moved: Moved, x: number, y: number): Frame;
  batch(moved: Moved, deltas: readonly MouseDelta[], squash: boolean): Frame;
  ping(): Frame;
}

export const JSON_FRAMES: HidFrames = {
  key: (key, state, finish) => event("key", finish ? { key, state, finish } : { key, state }),
  button: (button, state) => event("mouse_button", { button, state }),
  move: (x, y) => event("mouse_move", { to: { x, y } }),
  delta: (moved, x, y) => event(moved, { delta: { x, y } }),
  batch: (moved, deltas, squash) => {
    const delta = deltas.map(({ x, y }) => ({ x, y }));
    return event(moved, squash ? { delta, squash } : { delta });
  },
  ping: () => event("ping", {}),
};

const OPCODE = { ping: 0, key: 1, mouse_button: 2, mouse_move: 3, mouse_relative: 4, mouse_wheel: 5 };
const STATE = 1;
const FINISH = 2;
const SQUASH = 1;

/** An opcode, and for most of them flags; numbers are big-endian. */
export const BINARY_FRAMES: HidFrames = {
  key: (key, state, finish) => named(OPCODE.key, (state ? STATE : 0) | (finish ? FINISH : 0), key),
  button: (button, state) => named(OPCODE.mouse_button, state ? STATE : 0, button),
  move: (x, y) => {
    const frame = Buffer.allocUnsafe(5);
    frame[0] = OPCODE.mouse_move;
    frame.writeInt16BE(x, 1);
    frame.writeInt16BE(y, 3);
    return frame;
  },
  // A byte of a Buffer takes the two's complement of what is negative.
  delta: (moved, x, y) => Buffer.of(OPCODE[moved], 0, x, y),
  batch: (moved, deltas, squash) => {
    const frame = Buffer.allocUnsafe(2 + 2 * deltas.length);
    frame[0] = OPCODE[moved];
    frame[1] = squash ? SQUASH : 0;
    let offset = 2;
    for (const { x, y } of deltas) {
      frame.writeInt8(x, offset);
      frame.writeInt8(y, offset + 1);
      offset += 2;
    }
    return frame;
  },
  ping: () => Buffer.of(OPCODE.ping),
};

function event(event_type: string, event: object): string {
  return JSON.stringify({ event_type, event });
}

function named(opcode: number, flags: number, name: string): Buffer {
  const frame = Buffer.allocUnsafe(2 + name.length);
  frame[0] = opcode;
  frame[1] = flags;
  frame.write(name, 2, "latin1");
  return frame;
}
