import type { Age } from "./age";
import { isObject, type Json, type JsonObject } from "./api/python";
import { FIELDS_SINCE, SINCE } from "./since";

/** A state, or a part of one, as a device of this age has it. */
export function aged(age: Age, kind: string, state: JsonObject): JsonObject {
  const late = Object.entries(FIELDS_SINCE[kind] ?? {}).filter(([, since]) => !age.since(since));
  const shaped = SHAPES[kind]?.(age, state) ?? state;
  const left = late.reduce((rest: Json, [path]) => without(rest, path.split(".")), shaped);
  return isObject(left) ? left : {};
}

/** What was there but looked otherwise. */
const SHAPES: Readonly<Record<string, (age: Age, state: JsonObject) => JsonObject>> = {
  atx: (age, state) => (age.isGlkvm ? glkvmAtx(state) : state),
  gpio: (age, state) => (isObject(state.model) ? { ...state, model: oldModel(age, state.model) } : state),
  hid: (age, state) => {
    if (age.since(SINCE.mouseOutputs) || !isObject(state.mouse) || !("outputs" in state.mouse)) return state;
    return { ...state, mouse: { ...state.mouse, outputs: { available: [], active: "" } } };
  },
  msd: (age, state) => {
    if (!age.since(SINCE.partialEvents)) return oldMsd(age, state);
    return age.isGlkvm && "enabled" in state ? { ...state, drive_partition: null, available_devices: {} } : state;
  },
  streamer: (age, state) => {
    if (age.since("2.18") || !isObject(state.limits)) return state;
    const { desired_fps: fps, ...limits } = state.limits;
    return { ...state, limits: { max_fps: isObject(fps) ? (fps.max ?? null) : null, ...limits } };
  },
};

/** The add-on board knows the power from its own line; the LEDs are not wired and read as off for ever. */
function glkvmAtx(state: JsonObject): JsonObject {
  const isOn = isObject(state.leds) && state.leds.power === true;
  return { ...state, power: isOn ? "on" : "off", leds: { power: false, hdd: false } };
}

function oldModel(age: Age, model: JsonObject): JsonObject {
  const { scheme, view } = model;
  const title = isObject(view) && isObject(view.header) ? view.header.title : undefined;
  const words = Array.isArray(title)
    ? (title as Json[]).flatMap((item) => (isObject(item) && typeof item.text === "string" ? [item.text] : []))
    : []; // Array.isArray forgets what the items are
  const isText = !age.since("3.153") && isObject(view);
  return {
    ...model,
    ...(age.since("3.24") ? {} : { scheme: withNumbers(scheme ?? null) }),
    ...(isText ? { view: { ...view, header: { title: words.join(" ") } } } : {}),
  };
}

/** Pins were numbers. */
function withNumbers(value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === "pin" ? Number(part) : withNumbers(part)]),
  );
}

/** The sizes were the storage's own too, and of an upload only was told that it runs. */
function oldMsd(age: Age, state: JsonObject): JsonObject {
  const features = "enabled" in state && !age.since("3.206") ? { features: { multi: true, cdrom: true } } : {};
  if (!isObject(state.storage)) return { ...state, ...features };
  const { uploading = null, ...storage } = state.storage;
  const internal = isObject(storage.parts) ? storage.parts[""] : undefined;
  const sizes = isObject(internal) ? { size: internal.size ?? 0, free: internal.free ?? 0 } : {};
  const shown = age.since(SINCE.uploadCounters) ? uploading : uploading !== null;
  return { ...state, storage: { ...sizes, ...storage, uploading: shown }, ...features };
}

function without(value: Json, [first = "", ...rest]: readonly string[]): Json {
  if (Array.isArray(value))
    return first === "*" ? (value as Json[]).map((item) => without(item, rest)) : (value as Json); // Array.isArray forgets what the items are
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      if (first !== "*" && key !== first) return [[key, part]];
      return rest.length === 0 ? [] : [[key, without(part, rest)]];
    }),
  );
}
