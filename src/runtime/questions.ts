import { Turns } from "./admin";

/**
 * What dialogs ask devices by the editor's server. Who asks the same while it is being answered gets the same answer,
 * and few different ones are asked at a time.
 */
export class Questions<T> {
  readonly #open = new Map<string, Promise<T>>();
  readonly #turns: Turns;

  /** @param atOnce different questions at a time. */
  constructor(atOnce: number) {
    this.#turns = new Turns(atOnce);
  }

  /** @param key what is asked, and whom. @throws PiKVMError `TOO_MANY`; what answering throws. */
  async ask(key: string, answer: () => Promise<T>): Promise<T> {
    const open = this.#open.get(key);
    if (open) return open;
    const end = this.#turns.take();
    const asked = answer().finally(() => {
      this.#open.delete(key);
      end();
    });
    this.#open.set(key, asked);
    return asked;
  }
}
