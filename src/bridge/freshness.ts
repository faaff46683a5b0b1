import { ConfigurationError } from "../client";
import type { Arrival } from "./channel";

/** Seconds after which a command that says when it was sent is too old. */
const TOO_OLD = 30;

/** Until when a command may begin. It may have to wait: for the broker, and for others on the same device. */
export class Freshness {
  readonly #end: number;
  #sent: number | undefined;

  constructor({ expiry = Infinity }: Pick<Arrival, "expiry">) {
    this.#end = Date.now() + expiry * 1000;
  }

  /** @param sent milliseconds since 1970, where the command says when it was sent. */
  add(sent: number | undefined): void {
    this.#sent = sent;
  }

  /** @throws ConfigurationError for what is too old by now, or comes from a clock that is wrong. */
  demand(): void {
    const now = Date.now();
    if (now > this.#end) {
      throw expired("The time for which the command was of use (its message expiry) is over, and nothing was done.");
    }
    if (this.#sent === undefined) return;
    const age = (now - this.#sent) / 1000;
    if (Math.abs(age) <= TOO_OLD) return;
    const told = age > 0 ? `${Math.round(age)} s ago` : `${Math.round(-age)} s from now`;
    throw expired(
      `The command says that it was sent ${told}; it may be at most ${TOO_OLD} s old, and nothing was done. ` +
        "If that cannot be, compare the clocks of the two computers.",
    );
  }
}

const expired = (message: string): ConfigurationError => new ConfigurationError(message, { code: "EXPIRED" });
