import { ConfigurationError, UnavailableError, type ErrorDetails } from "../errors";
import type { CallOptions } from "../http/transport";
import type { Buttons, ButtonsState } from "./buttons";

/** How it is known whether a computer is on. */
export interface Knowledge<S extends ButtonsState> {
  /** The kind of state whose changes are worth another look. */
  readonly kind: string;
  /**
   * Seconds in which it follows a press. Within them "off" may just mean "not yet on", and a second press would undo
   * the first.
   */
  readonly settleTime: number;
  /** Seconds for which it must say off before that is believed. */
  readonly offAfter: number;
  /** Whether what it says means anything. If not, everything is pressed, and the device says what is wrong. */
  isMeant(state: S): boolean;
  /** What it says now. @throws UnavailableError `POWER_UNKNOWN` when it cannot be known at the moment. */
  look(options: CallOptions): Promise<S>;
  /** The same for a press that does not depend on it: undefined when it says nothing. */
  glance(options: CallOptions): Promise<S | undefined>;
  /** Does work that looks again and again. */
  during?<T>(work: () => Promise<T>, options: CallOptions): Promise<T>;
  /** Lets the device find out whether the computer is back; never rejects. */
  nudge?(options: CallOptions): Promise<void>;
  /** Why a press counts as failed. @param expected what it did not say within so many seconds. */
  notConfirmed(expected: string, timeout: number): string;
}

/** Seconds in which the power LED follows a press. */
export const LED_SETTLE_TIME = 5;

/** The power LED that is reported together with the buttons. @param kind of state in which they are reported. */
export function ledOf<S extends ButtonsState>(buttons: Buttons<S>, kind: string): Knowledge<S> {
  return {
    kind,
    settleTime: LED_SETTLE_TIME,
    offAfter: 0,
    isMeant: ({ enabled }) => enabled !== false,
    look: (options) => buttons.getState(options),
    glance: (options) => buttons.getState(options),
    notConfirmed: (expected, timeout) =>
      `The power LED was not ${expected} ${timeout} s after the button was pressed. ` +
      "If the computer reacted, check the LED's cable; if not, give it more time or check the button's cable.",
  };
}

const UNKNOWN = "POWER_UNKNOWN";

/** It cannot be known at the moment. */
export function unknownNow(reason: string, details: ErrorDetails = {}): UnavailableError {
  const text = `Whether the computer is on cannot be known: ${reason}.`;
  return new UnavailableError(text, { statusCode: 0 }, { code: UNKNOWN, ...details });
}

/** It can never be known with these settings. */
export const neverKnown = (): ConfigurationError =>
  new ConfigurationError(
    "Whether the computer is on is not known with this device's settings, and this needs to know it. " +
      "Press the buttons in any case (click_power, click_power_long, click_reset), or set what it is known by.",
    { code: UNKNOWN },
  );

export const isUnknown = (error: unknown): error is UnavailableError | ConfigurationError =>
  (error instanceof UnavailableError || error instanceof ConfigurationError) && error.code === UNKNOWN;
