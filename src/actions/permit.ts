import { ConfigurationError } from "../client";
import type { Deed } from "../schema/deeds";

interface PermitSettings {
  /** The names of what a device lets through; absent: everything. What only reads is never held back. */
  allowed?: ReadonlySet<string> | undefined;
  /** False: what destroys has to be confirmed, and is not. Default true. */
  isConfirmed?: boolean | undefined;
}

/** Whoever is asked before something is done. */
export type Permission = Pick<Permit, "demand">;

/** What may be done for one message, on one device. */
export class Permit {
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #isConfirmed: boolean;

  constructor({ allowed, isConfirmed = true }: PermitSettings = {}) {
    this.#allowed = allowed;
    this.#isConfirmed = isConfirmed;
  }

  /** Whether the device lets it through. */
  allows(name: string): boolean {
    return this.#allowed?.has(name) ?? true;
  }

  /** To be called before anything is sent. @throws ConfigurationError `NOT_ALLOWED` or `NOT_CONFIRMED`. */
  demand({ name, effect }: Deed): void {
    if (effect === "reads") return;
    if (!this.allows(name)) {
      const way = "to let it through, tick it under More, Let through, in the dialog of the device";
      throw new ConfigurationError(`The device does not let "${name}" through; nothing was sent: ${way}.`, {
        code: "NOT_ALLOWED",
      });
    }
    if (effect === "destroys" && !this.#isConfirmed) {
      const way = "to do it, send the message with msg.confirm = true to this node";
      throw new ConfigurationError(`"${name}" has to be confirmed; nothing was sent: ${way}.`, {
        code: "NOT_CONFIRMED",
      });
    }
  }
}
