import { CancelledError, WaitTimeoutError } from "../errors";
import type { AtxState, HidState } from "../events/states";
import { findInput } from "../gpio/outputs";
import type { Gpio, GpioState } from "../gpio/gpio";
import type { Hid } from "../hid/hid";
import type { CallOptions } from "../http/transport";
import type { StreamerState } from "../video/streamer-state";
import type { Streamer } from "../video/streamer";
import type { Video } from "../video/video";
import type { PowerSource } from "../vocabulary";
import type { Atx } from "./atx";
import { LED_SETTLE_TIME, neverKnown, unknownNow } from "./knowledge";
import { OFF_AFTER, type PowerSettings } from "./settings";
import { inRange } from "../ranges";

/** What shows whether a computer is on, apart from its buttons. */
export interface Sense {
  /** In words, at the beginning of a sentence. */
  readonly name: string;
  readonly kind: string;
  /** It is on and off by itself, as an LED that blinks; else it says off also for reasons that pass. */
  readonly isLamp: boolean;
  readonly settleTime: number;
  readonly offAfter: number;
  /**
   * What a state of this kind says; null when it says nothing, which is no mistake. @throws as `Knowledge.look`, for
   * what should not be so.
   */
  read(state: unknown): boolean | null;
  /** Why it may say nothing. */
  readonly silent: string;
  /** Asks for a state of this kind. */
  ask(options: CallOptions): Promise<unknown>;
  /** Keeps alive what looking takes. @param work gets what ends when that is lost. */
  during?<T>(work: (end: AbortSignal) => Promise<T>, options: CallOptions): Promise<T>;
  nudge?(options: CallOptions): Promise<void>;
}

/** Parts of a device by which a computer's power may be known. */
export interface SenseParts {
  atx: Atx;
  gpio: Gpio;
  hid: Hid;
  streamer: Streamer;
  video: Video;
}

/** @throws ConfigurationError for a time out of range. */
export const senseOf = (settings: PowerSettings, parts: SenseParts): Sense =>
  SENSES[settings.knownBy ?? "led"](settings, parts);

/**
 * Seconds in which picture and USB follow a press: firmware takes its time before it shows something, and an operating
 * system before it is down.
 */
const SLOW_SETTLE_TIME = 60;
/** Seconds from one report for the sake of knowing to the next. */
const NUDGE_INTERVAL = 2;

const SENSES: Record<PowerSource, (settings: PowerSettings, parts: SenseParts) => Sense> = {
  led: (_, { atx }) => ({
    name: "The power LED",
    kind: "atx",
    ...LAMP,
    silent: "the ATX board is switched off on the device",
    read(state) {
      const { enabled, leds } = state as AtxState; // as the device sends it
      // Old devices do not tell whether it is enabled.
      return (enabled as boolean | undefined) === false ? null : leds.power;
    },
    ask: (options) => atx.getState(options),
  }),

  gpio: ({ input = "" }, { gpio }) => ({
    name: `The GPIO input ${input}`,
    kind: "gpio",
    ...LAMP,
    read(state) {
      const { model, state: readings } = state as GpioState; // as the device sends it
      const { channel } = findInput(model, input);
      const reading = readings.inputs[channel];
      if (!reading?.online) throw unknownNow(`what is behind the GPIO input ${channel} does not answer`);
      return reading.state;
    },
    ask: (options) => gpio.getState(options),
  }),

  video: (settings, { streamer, video }) => ({
    name: "The video signal",
    kind: "streamer",
    ...slowly(settings),
    silent: NOT_RUNNING,
    read(state) {
      const { streamer: running } = state as StreamerState; // as the device sends it
      return running ? running.source.online : null;
    },
    ask: (options) => streamer.getState(options),
    async during(work, { signal }) {
      const lease = await video.acquire({ allowOffline: true, signal }).catch((error: unknown) => {
        throw error instanceof WaitTimeoutError ? unknownNow(NOT_RUNNING, { cause: error }) : error;
      });
      try {
        return await work(lease.signal);
      } finally {
        void lease.release();
      }
    },
  }),

  usb: (settings, { hid }) => {
    let nudged = -Infinity;
    return {
      name: "The computer's USB port",
      kind: "hid",
      ...slowly(settings),
      read(state) {
        const { enabled, connected, online, keyboard, mouse } = state as HidState; // as the device sends it
        // Old devices do not tell whether it is enabled.
        if (enabled === false) throw unknownNow("keyboard and mouse are switched off on the device");
        if (connected === false) throw unknownNow("keyboard and mouse are unplugged by the device's settings");
        // Some boards report numbers.
        return Boolean(online) && (Boolean(keyboard.online) || Boolean(mouse.online));
      },
      ask: (options) => hid.getState(options),
      // kvmd sees that the port is gone, but not that it is back, before a report goes out: a wheel that does not turn.
      async nudge({ signal }) {
        if (performance.now() - nudged < NUDGE_INTERVAL * 1000) return;
        nudged = performance.now();
        await hid.nudge({ signal }).catch((error: unknown) => {
          if (error instanceof CancelledError) throw error;
        });
      },
    };
  },

  nothing: () => ({
    name: "Nothing",
    kind: "",
    ...LAMP,
    read: () => {
      throw neverKnown();
    },
    ask: () => Promise.resolve(undefined),
  }),
};

const NOT_RUNNING = "the device's video does not run";

const LAMP = { isLamp: true, settleTime: LED_SETTLE_TIME, offAfter: 0, silent: "" };

const slowly = ({ offAfter = 15 }: PowerSettings) => ({
  isLamp: false,
  silent: "",
  settleTime: SLOW_SETTLE_TIME,
  offAfter: inRange("The time after which a computer counts as off", offAfter, OFF_AFTER),
});
