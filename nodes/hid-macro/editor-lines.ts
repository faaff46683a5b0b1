import { shortNameOf, type Key } from "../../src/client/vocabulary";
import { isReadable, millisOf, type ReadStep } from "./editor-macro";
import { said, saidOf } from "./editor-said";

/** What a person sees as one step: what the device's web page has recorded as several may be one press of keys. */
export interface Line {
  /** The numbers of its first and last step, from 1. */
  first: number;
  last: number;
  /** In plain words, when they are wanted: a macro may have many. */
  words: () => string;
  /** Why it cannot be played. */
  problem?: string;
}

/** Steps that are one for a person. `end`: the index after the last one. */
interface Found {
  end: number;
  words: () => string;
}

/** Milliseconds: what lasts longer is told, as a step of its own. */
const PAUSE = 500;
/** Steps among which the end of a press is looked for. */
const REACH = 200;

export function linesOf(steps: readonly ReadStep[]): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < steps.length;) {
    const step = steps[start];
    if (step === undefined) break;
    if (!isReadable(step)) {
      lines.push({ first: start + 1, last: start + 1, words: () => "", problem: step.message });
      start += 1;
      continue;
    }
    const { end, words } = pressed(steps, start) ??
      clicked(steps, start) ??
      moved(steps, start) ?? { end: start + 1, words: () => saidOf(step) };
    const after = step.event_type.startsWith("delay") ? end : endOfPause(steps, end);
    lines.push({ first: start + 1, last: after, words });
    start = after;
  }
  return lines;
}

/** Where a short pause ends that begins at an index; the index itself when it is long or there is none. */
function endOfPause(steps: readonly ReadStep[], start: number): number {
  const next = steps[start];
  return next && isReadable(next) && next.event_type === "delay" && millisOf(next) < PAUSE ? start + 1 : start;
}

/** Keys from the first that goes down until all are up, without a long pause: all that were down together at a time. */
function pressed(steps: readonly ReadStep[], start: number): Found | undefined {
  const down = new Set<Key>();
  const together: string[] = [];
  let isNew = false;
  for (let index = start; index < Math.min(steps.length, start + REACH); index = endOfPause(steps, index + 1)) {
    const step = steps[index];
    if (!step || !isReadable(step) || step.event_type !== "key") return undefined;
    const { key, state } = step.event;
    if (!state && !down.has(key)) return undefined;
    if (!state && isNew) together.push([...down].map(shortNameOf).join("+"));
    isNew = state;
    if (state) down.add(key);
    else down.delete(key);
    if (down.size === 0) return { end: index + 1, words: () => said("press", together.join(", ")) };
  }
  return undefined;
}

/** A button of the mouse that goes down and up at one place. */
function clicked(steps: readonly ReadStep[], start: number): Found | undefined {
  const [down, upAt] = [steps[start], endOfPause(steps, start + 1)];
  const up = steps[upAt];
  if (!down || !isReadable(down) || down.event_type !== "mouse_button" || !down.event.state) return undefined;
  if (!up || !isReadable(up) || up.event_type !== "mouse_button" || up.event.state) return undefined;
  if (up.event.button !== down.event.button) return undefined;
  const words = () => saidOf({ event_type: "mouse_button", event: down.event }, { to: placeBefore(steps, start) });
  return { end: upAt + 1, words };
}

/** Where the mouse was put last. */
function placeBefore(steps: readonly ReadStep[], start: number): { x: number; y: number } | undefined {
  for (let index = start - 1; index >= 0; index -= 1) {
    const step = steps[index];
    if (step && isReadable(step) && step.event_type === "mouse_move") return step.event.to;
    // From there on nobody knows.
    if (step && isReadable(step) && /^mouse_(move_random|relative)$/.test(step.event_type)) return undefined;
  }
  return undefined;
}

/** The way of the mouse, or of its wheel, in many small steps: where it ends, or how far it is. */
function moved(steps: readonly ReadStep[], start: number): Found | undefined {
  const first = steps[start];
  if (!first || !isReadable(first) || !/^mouse_(move|relative|wheel)$/.test(first.event_type)) return undefined;
  let end = start;
  let [x, y] = [0, 0];
  let last = first;
  for (let index = start; ; index = endOfPause(steps, end)) {
    const step = steps[index];
    if (!step || !isReadable(step) || step.event_type !== first.event_type) break;
    end = index + 1;
    last = step;
    if (!("delta" in step.event)) continue;
    for (const delta of step.event.delta) [x, y] = [x + delta.x, y + delta.y];
  }
  return { end, words: () => saidOf(last, { far: { x, y } }) };
}
