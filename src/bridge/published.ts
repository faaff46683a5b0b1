import type { Channel } from "./channel";

type Payload = string | Buffer;

/**
 * What of us the broker keeps: the last payload of each topic. However slow the broker is, each topic has at most one
 * message on its way; what changes meanwhile is sent after it.
 */
export class Published {
  readonly #channel: Channel;
  /** What shall be there. */
  readonly #wanted = new Map<string, Payload>();
  /** Topics of which the broker does not know yet that nothing shall be there. */
  readonly #gone = new Set<string>();
  #sending = new Set<string>();
  /** Topics from before that nobody has set since. */
  readonly #old = new Set<string>();
  #isClosed = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** All that may be on the broker. */
  get topics(): string[] {
    return [...this.#wanted.keys(), ...this.#gone, ...this.#old];
  }

  /** The same again is not sent. */
  set(topic: string, payload: Payload): void {
    this.#old.delete(topic);
    this.#gone.delete(topic);
    if (isSame(this.#wanted.get(topic), payload)) return;
    this.#wanted.set(topic, payload);
    this.#send(topic);
  }

  /** For somebody who has it otherwise in the meantime. */
  repeat(topic: string): void {
    this.#send(topic);
  }

  /** What was there is not told any more; it is removed with `dropOld`. */
  retire(topic: string): void {
    this.#wanted.delete(topic);
    this.#old.add(topic);
  }

  /** Topics that an earlier bridge may have left. */
  adopt(topics: Iterable<string>): void {
    for (const topic of topics) if (!this.#wanted.has(topic)) this.#old.add(topic);
  }

  /** What was adopted, but is somebody else's, stays. */
  disown(isOthers: (topic: string) => boolean): void {
    for (const topic of this.#old) if (isOthers(topic)) this.#old.delete(topic);
  }

  /** Removes what was adopted and is not set by now. @param isMeant which of it; default all. */
  dropOld(isMeant: (topic: string) => boolean = () => true): void {
    for (const topic of [...this.#old].filter(isMeant)) this.#remove(topic);
  }

  /**
   * The last words, at once: the connection to the broker may be closed at the same time. What is set from then on is
   * not published.
   * @param words by topic; empty for what shall not be there.
   */
  async close(words: Readonly<Record<string, string>>): Promise<void> {
    this.#isClosed = true;
    const last = Object.entries(words).map(([topic, payload]) => ({ topic, payload, retain: true }));
    await Promise.all(last.map((message) => this.#channel.publish(message)));
  }

  /** After a reconnect: the broker may have lost what it had. */
  again(): void {
    this.#sending = new Set();
    for (const topic of [...this.#wanted.keys(), ...this.#gone]) this.#send(topic);
  }

  #remove(topic: string): void {
    this.#old.delete(topic);
    this.#wanted.delete(topic);
    this.#gone.add(topic);
    this.#send(topic);
  }

  #send(topic: string): void {
    const sending = this.#sending;
    const payload = this.#wanted.get(topic) ?? "";
    if (sending.has(topic) || !this.#channel.isConnected || this.#isClosed) return;
    sending.add(topic);
    void this.#channel.publish({ topic, payload, retain: true }).then((isTaken) => {
      sending.delete(topic);
      // After a reconnect all was sent anew.
      if (!isTaken || sending !== this.#sending) return;
      if ((this.#wanted.get(topic) ?? "") !== payload) this.#send(topic);
      else if (!this.#wanted.has(topic)) this.#gone.delete(topic);
    });
  }
}

function isSame(a: Payload | undefined, b: Payload): boolean {
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : a === b;
}
