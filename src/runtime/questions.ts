import { PiKVMError } from "../client";

/**
 * What dialogs ask devices by the editor's server. Who asks the same while it is being answered gets the same answer,
 * and few different ones are asked at a time.
 */
export class Questions<T> {
  readonly #open = new Map<string, Promise<T>>();
  readonly #atOnce: number;

  /** @param atOnce different questions at a time; more come from no person. */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @param key what is asked, and whom. @throws PiKVMError `TOO_MANY`; what answering throws. */
  async ask(key: string, answer: () => Promise<T>): Promise<T> {
    const open = this.#open.get(key);
    if (open) return open;
    if (this.#open.size >= this.#atOnce) {
      throw new PiKVMError("Too many dialogs ask at this moment: try again in some seconds.", { code: "TOO_MANY" });
    }
    const asked = answer().finally(() => this.#open.delete(key));
    this.#open.set(key, asked);
    return asked;
  }
}
