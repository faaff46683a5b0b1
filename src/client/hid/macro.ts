import { ConfigurationError } from "../errors";
import { knownKey } from "./keys";
import { checkDelta, checkPosition, knownButton, type MouseDelta } from "./mouse";
import { integerIn, oneOf, type Range } from "../ranges";
import { isRecord } from "../http/shape";
import { ATX_BUTTONS, MACRO_EVENTS, type AtxButton, type Key, type MacroEvent, type MouseButton } from "../vocabulary";

/** From and to, both included. */
export interface MacroRange {
  min: number;
  max: number;
}

/** What a step does, by its name. Times are in milliseconds. */
export interface MacroEvents extends Record<MacroEvent, object> {
  delay: { millis: number };
  delay_random: { range: MacroRange };
  /** `keymap`: default the device's. `delay`: before each press and each release; 0 = as fast as the device can. */
  print: { text: string; keymap?: string; delay: number };
  /** `finish`: the device releases it right after the press, see `LiveHid.sendKey`. */
  key: { key: Key; state: boolean; finish: boolean };
  mouse_button: { button: MouseButton; state: boolean };
  /** -32768 (left, top) to 32767 (right, bottom). */
  mouse_move: { to: { x: number; y: number } };
  /** Both x and y, as of `mouse_move`, are somewhere in the range. */
  mouse_move_random: { range: MacroRange };
  mouse_relative: { delta: MouseDelta[]; squash: boolean };
  mouse_wheel: { delta: MouseDelta[]; squash: boolean };
  atx_button: { button: AtxButton };
  gpio_switch: { channel: string; state: boolean };
  gpio_pulse: { channel: string };
}

/** As the device's web page saves it, with everything said that it may leave out. */
export type MacroStep = { [Type in MacroEvent]: { event_type: Type; event: MacroEvents[Type] } }[MacroEvent];

export type Macro = readonly MacroStep[];

type Given = Record<string, unknown>;

const MAX_DELAY = 24 * 60 * 60 * 1000;
const PAUSE = { min: 0, max: MAX_DELAY, unit: " ms" };
const POSITION = { min: -32_768, max: 32_767 };
const KEY_PAUSE = { min: 0, max: 5000, unit: " ms" };
/** Milliseconds; what older versions of the web page call slow. */
const SLOW = 20;

const READERS: { [Type in MacroEvent]: (event: Given) => MacroEvents[Type] } = {
  delay: ({ millis }) => ({ millis: whole("millis", millis, PAUSE) }),
  delay_random: ({ range }) => ({ range: rangeOf(range, PAUSE) }),
  print: readPrint,
  key: ({ key, state, finish = false }) => ({
    key: knownKey(text("key", key)),
    state: flag("state", state),
    finish: flag("finish", finish),
  }),
  mouse_button: ({ button, state }) => ({ button: knownButton(text("button", button)), state: flag("state", state) }),
  mouse_move: ({ to }) => ({ to: point("to", to, checkPosition) }),
  mouse_move_random: ({ range }) => ({ range: rangeOf(range, POSITION) }),
  mouse_relative: readDeltas,
  mouse_wheel: readDeltas,
  atx_button: ({ button }) => ({ button: oneOf("The button", text("button", button), ATX_BUTTONS) }),
  gpio_switch: readSwitch,
  gpio_pulse: ({ channel }) => ({ channel: filled("channel", channel) }),
};

/**
 * Reads a macro as the device's web page saves it.
 * @param macro its JSON, as text or bytes, or the list of steps itself.
 * @throws ConfigurationError that tells the number of the step, from 1, the step, and what is wrong with it; a text to
 * type is never shown.
 */
export function parseMacro(macro: unknown): Macro {
  return readMacro(macro).map((step, index) => {
    if (!(step instanceof ConfigurationError)) return step;
    throw new ConfigurationError(`The macro cannot be played. Step ${index + 1}: ${step.message}`);
  });
}

/**
 * The same for somebody who wants to see what can be understood: instead of a step that cannot be, why.
 * @throws ConfigurationError for what is no list of steps.
 */
export function readMacro(macro: unknown): (MacroStep | ConfigurationError)[] {
  const steps = listOf(macro);
  if (steps.length === 0) throw new ConfigurationError("The macro has no steps.");
  if (steps.length > MAX_STEPS) {
    throw new ConfigurationError(`The macro has ${steps.length} steps; at most ${MAX_STEPS} can be played.`);
  }
  // Also what is left out of a list is a step that cannot be played.
  return Array.from(steps, (step) => {
    try {
      return stepOf(step);
    } catch (error) {
      if (error instanceof ConfigurationError) return error;
      throw error;
    }
  });
}

/**
 * A step in a few words for an error. Of a print, also of one that has mistakes, nothing is shown: it may be secret.
 */
export function shownStep({ event_type, event }: { event_type: MacroEvent; event: object }): string {
  if (event_type === "print") {
    const text = "text" in event ? event.text : undefined;
    return typeof text === "string" ? `print (${Array.from(text).length} characters)` : "print";
  }
  const json = JSON.stringify(event);
  return `${event_type} ${json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN)}...` : json}`;
}

const MAX_SHOWN = 80;
/** Steps; recording as many takes days. */
const MAX_STEPS = 100_000;
/** Bytes of JSON. */
const MAX_JSON = 16 * 1024 * 1024;
const EXPECTED = "Expected what PiKVM's web page saves: a list of steps in JSON.";

function listOf(macro: unknown): unknown[] {
  if (macro === undefined || macro === null || macro === "") {
    throw new ConfigurationError(`There is no macro. ${EXPECTED}`);
  }
  const value = macro instanceof Uint8Array || typeof macro === "string" ? parsed(macro) : macro;
  if (!Array.isArray(value)) throw new ConfigurationError(`The macro is not a list. ${EXPECTED}`);
  return value;
}

function parsed(macro: string | Uint8Array): unknown {
  if (macro.length > MAX_JSON) {
    throw new ConfigurationError(`The macro is too long: ${macro.length} bytes, at most ${MAX_JSON}.`);
  }
  const json = typeof macro === "string" ? macro : new TextDecoder().decode(macro);
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ""));
  } catch {
    // The parser's own words would show a piece of the macro, which may be a password to type.
    throw new ConfigurationError(`The macro is not JSON. ${EXPECTED}`);
  }
}

function stepOf(step: unknown): MacroStep {
  if (!isRecord(step) || typeof step["event_type"] !== "string" || !isRecord(step["event"])) {
    throw new ConfigurationError("it must be an object with event_type and event.");
  }
  const { event } = step;
  const type = oneOf("The event_type", step["event_type"], MACRO_EVENTS);
  try {
    // What a reader answers is of its own type, which is lost where it is looked up.
    return { event_type: type, event: READERS[type](event) } as MacroStep;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(`${shownStep({ event_type: type, event })}: ${error.message}`);
  }
}

function readPrint({ text: given, keymap, slow = false, delay }: Given): MacroEvents["print"] {
  const usual = flag("slow", slow) ? SLOW : 0;
  return {
    text: text("text", given),
    delay: delay === undefined ? usual : whole("delay", delay, KEY_PAUSE),
    ...(keymap === undefined ? {} : { keymap: text("keymap", keymap) }),
  };
}

/** Older versions of the web page save a single delta. */
function readDeltas({ delta, squash = false }: Given): MacroEvents["mouse_relative"] {
  const deltas: unknown[] = Array.isArray(delta) ? delta : [delta];
  return { delta: deltas.map((one) => point("delta", one, checkDelta)), squash: flag("squash", squash) };
}

/** The web page saves `state`, but plays `to`. */
function readSwitch({ channel, state, to = state }: Given): MacroEvents["gpio_switch"] {
  const wanted = flag("state", state ?? to);
  if (flag("to", to) !== wanted) throw new ConfigurationError("state and to must be the same.");
  return { channel: filled("channel", channel), state: wanted };
}

function point(name: string, value: unknown, check: (x: number, y: number) => void): { x: number; y: number } {
  if (!isRecord(value)) throw new ConfigurationError(`${name} must be an object with x and y.`);
  const [x, y] = [aNumber("x", value["x"]), aNumber("y", value["y"])];
  check(x, y);
  return { x, y };
}

function rangeOf(value: unknown, limits: Range): MacroRange {
  if (!isRecord(value)) throw new ConfigurationError("range must be an object with min and max.");
  const [min, max] = [whole("min", value["min"], limits), whole("max", value["max"], limits)];
  if (min > max) throw new ConfigurationError(`min ${min} is greater than max ${max}.`);
  return { min, max };
}

const whole = (name: string, value: unknown, range: Range): number => integerIn(name, aNumber(name, value), range);

function aNumber(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new ConfigurationError(`${name} must be a number.`);
}

function flag(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new ConfigurationError(`${name} must be true or false.`);
}

function text(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new ConfigurationError(`${name} must be a text.`);
}

function filled(name: string, value: unknown): string {
  const found = text(name, value);
  if (found !== "") return found;
  throw new ConfigurationError(`${name} must not be empty.`);
}
