import { NOTHING, type Left } from "../bridge/left";
import { Broker } from "./broker";
import type { NodeAPI } from "./red";
import { onceStarted } from "./started";

/** What a bridge has left on its broker. */
interface Leftover extends Left {
  /** Id of the `mqtt-broker` node. */
  broker: string;
}

/** By the ids of bridges: the next of the same id may have another name. */
const left = new Map<string, Leftover>();

export const leave = (id: string, leftover: Leftover): void => void left.set(id, leftover);

/** Somebody else has it now. */
export const disown = (id: string): void => void left.delete(id);

/** For a bridge that starts: what the last one of its id has left on this broker. On another one it is removed. */
export function leftBy(RED: NodeAPI, id: string, broker: string): Left {
  const found = left.get(id);
  if (found?.broker === broker) return found;
  left.delete(id);
  if (found) new Removal(RED, id, found).begin();
  return NOTHING;
}

/** For a bridge that is gone for good: removes what it has left when the deploy is over. */
export function removeLeft(RED: NodeAPI, id: string): void {
  const found = left.get(id);
  left.delete(id);
  if (found) new Removal(RED, id, found).beginOnceStarted();
}

/**
 * Takes from a broker what was left there, as soon as it is connected. A bridge that uses the same topics starts later,
 * and publishes after it.
 */
class Removal {
  readonly #RED: NodeAPI;
  readonly #user: { id: string };
  readonly #leftover: Leftover;
  #broker: Broker | undefined;
  #forget: (() => void) | undefined;

  constructor(RED: NodeAPI, id: string, leftover: Leftover) {
    this.#RED = RED;
    this.#user = { id: `${id} removed` };
    this.#leftover = leftover;
  }

  beginOnceStarted(): void {
    this.#forget = onceStarted(this.#RED, () => this.begin());
  }

  begin(): void {
    void this.#broker?.close(true);
    this.#broker = undefined;
    // After a deploy the broker may be another node; while it has none nobody can do it.
    this.beginOnceStarted();
    try {
      this.#broker = new Broker(this.#RED, this.#leftover.broker, this.#user, () => void this.#publish());
    } catch {
      return;
    }
    void this.#publish();
  }

  async #publish(): Promise<void> {
    const broker = this.#broker;
    if (!broker?.isConnected) return;
    const { topics } = this.#leftover;
    const taken = await Promise.all(topics.map((topic) => broker.publish({ topic, payload: "", retain: true })));
    if (taken.includes(false)) return;
    this.#forget?.();
    await broker.close(true);
  }
}
