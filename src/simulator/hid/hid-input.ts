import type { HidDevice } from "./hid-device";
import type { Age } from "../age";
import { BUTTON_NAMES, buttonOfCode, keyNames, keyOfCode } from "./keys";
import { isObject, type Json, type JsonObject } from "../api/python";
import type { Point } from "./squash";
import { SINCE } from "../since";
import * as valid from "../api/validators";

/** A message that kvmd's handler cannot take: the session ends. */
export class FatalMessageError extends Error {
  override name = "FatalMessageError";
}

const FLAG = { state: 0x01, finish: 0x02, squash: 0x01, raw: 0x80 };

/** What a client may send as JSON. */
export function hidInputs(hid: HidDevice, age: Age): Readonly<Record<string, (event: JsonObject) => void>> {
  const keyName = keyReader(age);
  const knowsFinish = age.since(SINCE.keyFinish);
  const deltas = age.since(SINCE.relativeMouse) ? deltasOf : oneDelta;
  const inputs = {
    key: (event: JsonObject) => {
      const finish = knowsFinish && event.finish !== undefined ? flag(event.finish) : false;
      hid.key(keyName(event.key), flag(event.state), finish);
    },
    mouse_button: (event: JsonObject) =>
      hid.button(valid.oneOf(raw(event.button), "Mouse button", BUTTON_NAMES), flag(event.state)),
    mouse_move: (event: JsonObject) => hid.move(point(event.to, "Mouse move", -32768, 32767)),
    mouse_wheel: (event: JsonObject) => hid.wheel(deltas(event.delta), squash(event)),
  };
  if (!age.since(SINCE.relativeMouse)) return inputs;
  return { ...inputs, mouse_relative: (event: JsonObject) => hid.relative(deltas(event.delta), squash(event)) };
}

/** The same as binary, by opcode. */
export function hidOpcodes(hid: HidDevice, age: Age): Readonly<Record<number, (data: Buffer) => void>> {
  const keyName = keyReader(age);
  return {
    1: (data) => {
      const flags = data.readUInt8(0);
      // It was no more than a yes or a no, and anything else was dropped.
      if (flags > FLAG.state && !age.since(SINCE.keyFinish)) return;
      const key = (flags & FLAG.raw) === 0 ? keyName(name(data)) : known(keyOfCode(code(data)));
      hid.key(key, (flags & FLAG.state) !== 0, (flags & FLAG.finish) !== 0);
    },
    2: (data) => {
      const flags = data.readUInt8(0);
      const button =
        (flags & FLAG.raw) === 0
          ? valid.oneOf(name(data), "Mouse button", BUTTON_NAMES)
          : known(buttonOfCode(code(data)));
      hid.button(button, (flags & FLAG.state) !== 0);
    },
    3: (data) => {
      if (data.length === 4) hid.move({ x: data.readInt16BE(0), y: data.readInt16BE(2) });
    },
    4: (data) => hid.relative(binaryDeltas(data), (data.readUInt8(0) & FLAG.squash) !== 0),
    5: (data) => hid.wheel(binaryDeltas(data), (data.readUInt8(0) & FLAG.squash) !== 0),
  };
}

/** Bytes beyond ASCII make no name; Node's "ascii" would cut them to one. */
function name(data: Buffer): string {
  return data.toString("latin1", 1, 33);
}

function keyReader(age: Age): (value: Json | undefined) => string {
  const names = keyNames(age);
  return (value) => valid.exactlyOneOf(raw(value), "Keyboard key", names, 32);
}

function code(data: Buffer): number {
  if (data.length !== 3) throw new RangeError("A raw code is two bytes");
  return data.readUInt16BE(1);
}

function known<T>(name: T | undefined): T {
  if (name === undefined) throw new FatalMessageError("unknown raw code");
  return name;
}

/** Python's `str()` of what the JSON held, which is what the validators look at. */
function raw(value: Json | undefined): string | undefined {
  return value === undefined || value === null || typeof value === "object" ? undefined : String(value);
}

function flag(value: Json | undefined): boolean {
  return valid.bool(raw(value));
}

function squash(event: JsonObject): boolean {
  return event.squash === undefined ? false : flag(event.squash);
}

function oneDelta(value: Json | undefined): Point[] {
  return [point(value, "Mouse delta", -127, 127)];
}

function deltasOf(value: Json | undefined): Point[] {
  const items = Array.isArray(value) ? (value as Json[]) : [value]; // Array.isArray forgets what the items are
  return items.map((item) => point(item, "Mouse delta", -127, 127));
}

function point(value: Json | undefined, name: string, min: number, max: number): Point {
  if (!isObject(value)) throw new TypeError("not a point");
  return { x: valid.clampedInt(raw(value.x), name, min, max), y: valid.clampedInt(raw(value.y), name, min, max) };
}

function binaryDeltas(data: Buffer): Point[] {
  if (data.length % 2 !== 1) throw new RangeError("A delta is two bytes");
  const byte = (offset: number): number => Math.max(-127, data.readInt8(offset));
  return Array.from({ length: (data.length - 1) / 2 }, (_, index) => ({
    x: byte(1 + 2 * index),
    y: byte(2 + 2 * index),
  }));
}
