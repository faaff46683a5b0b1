import { pause, throwIfCancelled } from "../deadline";
import { APIError, CancelledError, ConfigurationError, PiKVMError, withNote } from "../errors";
import type { CallOptions } from "../http/transport";
import { MAX_BACKLOG, POLL_TIME, type HidQueue } from "../sockets/hid-queue";
import { asTyped } from "./text";
import type { Unanswered } from "../sockets/unanswered";
import { ANSWER_TIME } from "./answer-time";
import { TypedCount, type TypedText } from "./typed-count";
import { charactersIn, partsOf, type Part } from "./typing";

export interface TypeOptions extends CallOptions {
  /** Keyboard layout of the computer, e.g. `de`; default the device's. See `getKeymaps`. */
  keymap?: string | undefined;
  /**
   * Seconds before each press and each release, 0 to 5. Default 0: as fast as the slowest usual host reads, 100 presses
   * and releases a second. With 0.02 also a host that is slower for a moment gets everything.
   */
  delay?: number;
  /**
   * With a delay of less than 0.01: hand the text over as fast as the device takes it. A slow host then lags behind by
   * seconds, and whoever connects to the device in that time makes it forget them. Default false.
   */
  fast?: boolean;
  /** Told after each part of the text: characters that must have arrived, all of them, and those sent so far. */
  onProgress?: ((typed: number, total: number, sent: number) => void) | undefined;
}

/** Types all parts. @param turn ends it. @param before done before each part. */
type Typing = (turn: AbortSignal, before?: () => Promise<unknown>) => Promise<void>;

/** What a device makes of pauses: kvmd takes any since 4.92, only `slow`, 0.02 s, since 4.25. */
type Pausing = "any" | "slow" | "none";

/** How a part of a text reaches the device. */
export interface Printer {
  /** @param extraTime seconds that the device may take for it. @param events key events that it makes, at most. */
  print(
    text: string,
    options: PrintOptions,
    { extraTime, events }: { extraTime: number; events: number },
    signal: AbortSignal,
  ): Promise<void>;
  /** What the device makes of pauses. */
  pausing(signal: AbortSignal): Promise<Pausing>;
  /** Makes the device forget what it has not typed: see `Sockets.dropTyping`. */
  dropTyping(whileOpen: number): Promise<boolean>;
  /** Whether the host listens to the keyboard now: the device knows it, and can be asked. */
  isHeard(signal: AbortSignal): Promise<boolean>;
  /** Resolves when all visits until now have been told. */
  news(signal: AbortSignal): Promise<void>;
  /** Calls back when somebody connects to the device or leaves, as far as that is known. @returns what ends it. */
  onVisit(call: () => void): () => void;
  readonly queue: HidQueue;
  readonly unanswered: Unanswered;
  /** Ends when the device is closed. */
  readonly closed: AbortSignal;
}

interface PrintOptions {
  keymap?: string | undefined;
  delay?: number;
  slow?: boolean;
}

/** How much longer than its key events a part may take a busy device. */
const SLOWNESS = 1.5;
const MAX_DELAY = 5;
/** Characters; at the usual pace more than a day. */
const MAX_LENGTH = 2_000_000;
/** Seconds of typing that the device is given at once: as long as cancelling may take. */
const PART_TIME = 0.5;
/** Seconds before each key event in kvmd's slow mode. */
const SLOW = 0.02;
/** Seconds for an event that the device is given as fast as it takes it. */
const FAST_TIME = 0.001;
/** Seconds; no host can tell shorter pauses apart. */
const SHORTEST_POLL = 0.001;
/** Events that may wait for the host when the device itself makes the pauses: its clock is not exact. */
const JITTER = 3;

/** How the parts of a text are sent. */
interface Pace {
  /** Key events in a part, at most. */
  maxEvents: number;
  /** Seconds from the start of one part to that of the next, for each of its key events. */
  eventTime: number;
  /** What the device itself does about it: the seconds of its own pause before each event. */
  devicePause: number;
  options: PrintOptions;
  /** Send the next one although the host may not have taken this one yet. */
  ahead: boolean;
}

/** For `Hid.type`, which says what it does. @param run does the typing when it is the text's turn. */
export async function typeText(
  printer: Printer,
  given: string,
  { keymap, delay = 0, fast = false, onProgress }: TypeOptions,
  run: (typing: Typing) => Promise<void>,
): Promise<TypedText> {
  if (!(delay >= 0 && delay <= MAX_DELAY)) {
    throw new ConfigurationError(`A delay of ${delay} s is out of range: 0 to ${MAX_DELAY} s.`);
  }
  const text = asTyped(given);
  const total = charactersIn(text);
  if (total > MAX_LENGTH) {
    throw new ConfigurationError(`A text of ${total} characters is too long to type: at most ${MAX_LENGTH}.`);
  }
  const count = new TypedCount();
  if (total === 0) return count.result;
  try {
    await run(async (turn, before) => {
      const pausing = delay > SHORTEST_POLL ? await printer.pausing(turn) : "any";
      const pace = paceOf(delay, fast, pausing);
      await printer.unanswered.over(turn);
      if (!pace.ahead) await printer.queue.drained([turn]);
      const stop = printer.onVisit(() => count.disturb());
      try {
        for (const part of partsOf(text, pace.maxEvents)) {
          throwIfCancelled(turn);
          await before?.();
          await typePart(printer, part, { ...pace, options: { ...pace.options, keymap } }, count, turn);
          onProgress?.(count.typed, total, count.sent);
        }
        // Nobody else may type or connect before the host has taken the rest.
        await printer.queue.drained([turn]);
        if (!(await printer.isHeard(turn))) count.lost();
        await printer.news(turn);
      } catch (error) {
        if (turn.aborted) await cancel(printer, count);
        else if (!isRefusal(error)) count.broken();
        throw error;
      } finally {
        stop();
      }
      onProgress?.(count.typed, total, count.sent);
    });
  } catch (error) {
    if (!(error instanceof PiKVMError)) throw error;
    const { typed, sent } = count;
    const noted = sent > typed ? withNote(error, `${sent} of ${total} characters had been sent.`) : error;
    const note = `${typed} of ${total} characters had been typed.`;
    throw Object.assign(withNote(noted, note, { begun: sent > 0 }), { typed, sent });
  }
  return count.result;
}

/** Whether the device itself says no, and goes on with what it has. */
const isRefusal = (error: unknown): boolean => error instanceof APIError && error.statusCode < 500;

/** What is in the device's queue is not typed any more. */
async function cancel(printer: Printer, count: TypedCount): Promise<void> {
  count.freeze();
  const { inFlight } = count;
  if (printer.queue.backlog === 0 && inFlight === 0) return;
  await untilOver(printer, async () => {
    if (!(await printer.dropTyping(inFlight))) await settled(printer, inFlight);
  });
}

/** What was handed over goes on even when nobody listens to the answer; the next text must not mix with it. */
async function settled({ queue }: Printer, inFlight: number): Promise<void> {
  await pause(inFlight);
  await queue.drained([]);
}

/** Whoever closes the device does not wait for all of it; the next who uses it does. */
async function untilOver({ unanswered }: Printer, ending: () => Promise<void>): Promise<void> {
  const over = ending();
  unanswered.add(over);
  await over;
}

function paceOf(delay: number, fast: boolean, pausing: Pausing): Pace {
  if (delay === 0 || (fast && delay < POLL_TIME)) {
    const eventTime = fast ? Math.max(delay, FAST_TIME) : POLL_TIME;
    const maxEvents = Math.floor(fast ? PART_TIME / eventTime : MAX_BACKLOG / POLL_TIME);
    return { maxEvents, eventTime, devicePause: 0, options: {}, ahead: fast };
  }
  const eventTime = Math.max(delay, POLL_TIME);
  if (pausing === "any") {
    const maxEvents = Math.floor(delay < POLL_TIME ? MAX_BACKLOG / POLL_TIME : PART_TIME / delay);
    return { maxEvents, eventTime, devicePause: delay, options: { delay }, ahead: false };
  }
  if (pausing === "slow" && delay <= SLOW) {
    const maxEvents = Math.floor(PART_TIME / SLOW);
    return { maxEvents, eventTime: SLOW, devicePause: SLOW, options: { slow: true }, ahead: false };
  }
  // Characters one by one, with our own pauses between them.
  const slow = pausing === "slow";
  return { maxEvents: 1, eventTime, devicePause: slow ? SLOW : 0, options: slow ? { slow } : {}, ahead: false };
}

async function typePart(
  printer: Printer,
  part: Part,
  { eventTime, devicePause, options, ahead }: Pace,
  count: TypedCount,
  turn: AbortSignal,
): Promise<void> {
  const start = performance.now();
  const passed = (): number => (performance.now() - start) / 1000;
  const deviceTime = SLOWNESS * part.events * devicePause;
  const queued = devicePause < POLL_TIME ? part.events : JITTER;
  const { queue } = printer;
  count.begin(part.characters, start + deviceTime * 1000);
  try {
    const extraTime = SLOWNESS * part.events * Math.max(devicePause, POLL_TIME);
    await printer.print(part.text, options, { extraTime, events: queued }, turn);
  } catch (error) {
    const mayGoOn = error instanceof PiKVMError && error.outcome === "unknown";
    if (mayGoOn) {
      queue.add(queued);
      // Who is cancelled has waited for the answer; when the connection breaks, none can come.
      count.unknown(error instanceof CancelledError ? 0 : ANSWER_TIME);
    } else count.refused();
    // A busy device may not even have begun.
    if (!turn.aborted) await untilOver(printer, () => settled(printer, count.inFlight));
    throw error;
  }
  queue.add(queued);
  count.taken(queue.emptyAt);
  const rest = part.events * eventTime - passed();
  if (rest > 0) await pause(rest, turn);
  if (!ahead) await queue.drained([turn], devicePause < POLL_TIME ? 0 : MAX_BACKLOG);
}
