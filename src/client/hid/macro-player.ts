import { PiKVMError, reworded } from "../errors";
import type { LiveOptions } from "./live";
import type { LiveHid } from "./live-hid";
import type { HostOptions } from "./host-wait";
import { checkStep, factsFor, inputsOf, skippedInSteps, type MacroParts, type SkippedInStep } from "./macro-check";
import { parseMacro, shownStep, type Macro, type MacroEvents, type MacroRange, type MacroStep } from "./macro";
import { inRange, integerIn } from "../ranges";
import type { CallOptions } from "../http/transport";
import type { MouseDelta } from "./mouse";

export interface PlayOptions extends HostOptions {
  /** How many times, 1 to 10,000. Default 1. */
  repeat?: number;
  /** 0.1 to 10 times as fast: divides the delays of the macro, not the pauses between the keys of a text. Default 1. */
  speed?: number;
  /** Given each step before the first is played: what it throws refuses the macro. */
  check?: ((step: MacroStep) => void) | undefined;
  /** Told now and then, and at the end: steps done, of all repeats. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface PlayResult {
  /** Of all repeats together. */
  steps: number;
  repeats: number;
  /** How long it took. */
  seconds: number;
  /**
   * Somebody connected to the device or left it while it had something of the macro left to type, or the host did not
   * listen at the end: something may be lost.
   */
  incomplete?: true;
  /** What the device has dropped of the texts, each time, since the keymap lacks it; absent where that is not known. */
  skipped?: SkippedInStep[];
}

const REPEAT = { min: 1, max: 10_000 };
const SPEED = { min: 0.1, max: 10 };
/** Milliseconds between two reports of progress. */
const PROGRESS_INTERVAL = 250;

/** Plays what was recorded with the device's web page. */
export class Macros {
  readonly #live: (options: LiveOptions) => Promise<LiveHid>;
  readonly #parts: MacroParts;

  constructor(live: (options: LiveOptions) => Promise<LiveHid>, parts: MacroParts) {
    this.#live = live;
    this.#parts = parts;
  }

  /**
   * Plays a macro; nobody of ours types or clicks in between. Keys and mouse go over the WebSocket, at their time since
   * the start: that one comes late does not make the next one late. Texts (`POST /api/hid/print`), power buttons and
   * relays take their own time, by which everything after them is later; power buttons and relays are waited for until
   * the device has accepted. Steps that come faster than a slow host takes them wait. What is down at the end is
   * released, whatever the end is, and it resolves when the host must have got everything.
   * @param macro as for `parseMacro`.
   * @throws ConfigurationError, before its first step, for a macro that cannot be played, also because the mouse is in
   * the other mode, or because the device lacks a keymap, a relay or the power buttons; what its calls throw, with the
   * number of the step and what it does in the message. When a part was played, no error is `retryable`.
   */
  async play(macro: unknown, options: PlayOptions = {}): Promise<PlayResult> {
    const steps = parseMacro(macro);
    const { repeat = 1, speed = 1, check, signal } = options;
    integerIn("The number of repeats", repeat, REPEAT);
    inRange("The speed", speed, SPEED);
    if (check) await checkEach(steps, check);
    const facts = await factsFor(steps, this.#parts, { signal });
    await checkEach(steps, (step) => checkStep(step, facts));
    const skipped = await skippedInSteps(steps, this.#parts, { signal });
    const live = await this.#parts.host.live(() => this.#live({ signal }), inputsOf(steps), options);
    let isIncomplete = false as boolean; // it changes below, which the compiler does not see
    const lose = (): unknown => (isIncomplete = true);
    const stop = this.#parts.hid.onVisit(() => live.isVulnerable && lose());
    try {
      await checkEach(steps, (step) => checkEvent(step, live));
      const result = await this.#play(live, steps, { ...options, repeat, speed, lose });
      await live.complete();
      if (!inputsOf(steps).every((input) => live.isHeard(input))) isIncomplete = true;
      return { ...result, ...(isIncomplete ? { incomplete: true } : {}), ...(skipped ? { skipped } : {}) };
    } finally {
      stop();
      await live.close();
    }
  }

  async #play(
    live: LiveHid,
    steps: Macro,
    { repeat, speed, signal, onProgress, lose }: PlayOptions & { repeat: number; speed: number; lose: () => unknown },
  ): Promise<PlayResult> {
    const roundOf = (round: number): string => (repeat === 1 ? "" : `, repeat ${round + 1} of ${repeat}`);
    const schedule = new Schedule(live, speed);
    const report = reporter(onProgress, repeat * steps.length);
    let done = 0;
    for (let round = 0; round < repeat; round += 1) {
      for (const [index, step] of steps.entries()) {
        await at(placeOf(index, steps) + roundOf(round), step, done > 0, () =>
          this.#take(step, live, schedule, { signal, lose }),
        );
        done += 1;
        report(done);
      }
    }
    return { steps: done, repeats: repeat, seconds: schedule.elapsed / 1000 };
  }

  async #take(
    { event_type, event }: MacroStep,
    live: LiveHid,
    schedule: Schedule,
    { signal, lose }: CallOptions & { lose: () => unknown },
  ): Promise<void> {
    switch (event_type) {
      case "delay":
        return schedule.wait(event.millis);
      case "delay_random":
        return schedule.wait(oneIn(event.range));
      case "print": {
        await live.keepPace();
        const { text, keymap, delay } = event;
        const typing = this.#parts.hid.typeWithin(live, text, { keymap, delay: delay / 1000, signal });
        return schedule.prolong(typing.then(({ incomplete }) => incomplete && lose()));
      }
      case "key":
        await live.keepPace();
        return live.sendKey(event.key, event.state, { finish: event.finish });
      case "mouse_button":
        await live.keepPace();
        return live.sendMouseButton(event.button, event.state);
      case "mouse_move":
        await live.keepPace();
        return live.sendMouseMove(event.to.x, event.to.y);
      case "mouse_move_random":
        await live.keepPace();
        return live.sendMouseMove(oneIn(event.range), oneIn(event.range));
      case "mouse_relative":
        return inBatches(live, event.delta, (deltas) => live.sendMouseRelativeBatch(deltas, { squash: event.squash }));
      case "mouse_wheel":
        return inBatches(live, event.delta, (deltas) => live.sendMouseWheelBatch(deltas, { squash: event.squash }));
      case "atx_button":
        return schedule.prolong(this.#press(event.button, { signal }));
      case "gpio_switch":
        return schedule.prolong(this.#parts.gpio.switch(event.channel, event.state, { signal }));
      case "gpio_pulse":
        return schedule.prolong(this.#parts.gpio.pulse(event.channel, { signal }));
    }
  }

  #press(button: MacroEvents["atx_button"]["button"], options: CallOptions): Promise<void> {
    const { atx } = this.#parts;
    if (button === "power") return atx.clickPower(options);
    return button === "power_long" ? atx.clickPowerLong(options) : atx.clickReset(options);
  }
}

/** So many movements at once as the device may keep for a slow host. */
const BATCH = 25;

async function inBatches(
  live: LiveHid,
  deltas: readonly MouseDelta[],
  send: (deltas: readonly MouseDelta[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < deltas.length; start += BATCH) {
    await live.keepPace();
    await send(deltas.slice(start, start + BATCH));
  }
}

/** When the steps are due: told by the delays since the start, so that what comes late now and then does not add up. */
class Schedule {
  readonly #live: LiveHid;
  readonly #speed: number;
  readonly #start = performance.now();
  #due = this.#start;

  constructor(live: LiveHid, speed: number) {
    this.#live = live;
    this.#speed = speed;
  }

  /** Milliseconds since the start. */
  get elapsed(): number {
    return Math.round(performance.now() - this.#start);
  }

  async wait(millis: number): Promise<void> {
    this.#due += millis / this.#speed;
    // Timers cut fractions of a millisecond off, and a step must not come too early.
    await this.#live.pause(Math.ceil(this.#due - performance.now()) / 1000);
  }

  /** For what takes its own time: all that follows is later by that. */
  async prolong(work: Promise<unknown>): Promise<void> {
    const start = performance.now();
    await work;
    this.#due += performance.now() - start;
  }
}

/** Does a step's work, whose error then tells the step. @param begun whether others were done before. */
async function at(place: string, step: MacroStep, begun: boolean, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PiKVMError)) throw error;
    throw reworded(error, `At ${place}, ${shownStep(step)}: ${error.message}`, { begun });
  }
}

async function checkEach(steps: Macro, check: (step: MacroStep) => void): Promise<void> {
  for (const [index, step] of steps.entries()) await at(placeOf(index, steps), step, false, () => check(step));
}

function checkEvent({ event_type, event }: MacroStep, live: LiveHid): void {
  if (event_type === "key") live.checkKey(event.key);
  if (event_type === "mouse_relative") live.checkMouse(event_type);
  if (event_type === "mouse_move" || event_type === "mouse_move_random") live.checkMouse("mouse_move");
}

const placeOf = (index: number, { length }: Macro): string => `step ${index + 1} of ${length}`;

function oneIn({ min, max }: MacroRange): number {
  return min + Math.floor(Math.random() * (max - min + 1));
}

/** Tells how many are done, but not too often. */
function reporter(onProgress: PlayOptions["onProgress"], total: number): (done: number) => void {
  let told = performance.now();
  return (done) => {
    const now = performance.now();
    if (done < total && now - told < PROGRESS_INTERVAL) return;
    told = now;
    onProgress?.(done, total);
  };
}
