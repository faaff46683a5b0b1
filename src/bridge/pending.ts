import { randomUUID } from "node:crypto";
import { ConnectError, PiKVMError } from "../client";
import { readJson } from "../client/http/json";
import { isRecord } from "../client/http/shape";
import { Answers, type Asker } from "./answers";
import type { Arrival, Channel } from "./channel";

interface PendingUses {
  channel: Channel;
  errorAsJson: (error: PiKVMError) => object;
  /** What somebody who is gone has begun, and nobody knows how it ended. */
  onLost: (error: PiKVMError) => void;
}

/**
 * Milliseconds in which who has begun a command may still answer for it, and in which it is settled who has the device.
 */
const GRACE = 1000;

/**
 * The commands that are being carried out, as the broker keeps them: whoever has the device after us answers for them.
 * Nothing is begun before the broker has the note, so that a command without one and without an answer was not done.
 */
export class Pending {
  readonly #topic: string;
  readonly #uses: PendingUses;
  readonly #answers: Answers;
  readonly #own = randomUUID();
  #count = 0;
  #unsubscribe: (() => void) | undefined;
  /** By the topics of notes of others: they are answered for when their time is over. */
  readonly #found = new Map<string, NodeJS.Timeout>();

  constructor(topic: string, uses: PendingUses) {
    this.#topic = topic;
    this.#uses = uses;
    this.#answers = new Answers(uses);
  }

  /** Answers for those who are gone. Who hears that may ask again at once: commands have to be listened to by then. */
  listen(): void {
    this.#unsubscribe = this.#uses.channel.subscribe(`${this.#topic}/+`, (arrival) => this.#onNote(arrival));
  }

  /**
   * @returns what takes the note away, right after the answer.
   * @throws ConnectError when the broker does not have it: nothing may be done then.
   */
  async note(command: Asker, isAnswered: boolean): Promise<() => void> {
    const { channel } = this.#uses;
    this.#count += 1;
    const topic = `${this.#topic}/${this.#own}-${this.#count}`;
    if (!(await channel.publish({ topic, payload: noteOf(command, isAnswered), retain: true }))) {
      const text = "The connection to the MQTT broker was lost before the command was begun; nothing was done.";
      throw new ConnectError(text, { code: "BROKER_LOST" });
    }
    return () => this.#remove(topic);
  }

  close(): void {
    this.#unsubscribe?.();
    for (const timer of this.#found.values()) clearTimeout(timer);
  }

  #onNote({ topic, payload }: Arrival): void {
    if (topic.startsWith(`${this.#topic}/${this.#own}-`)) return;
    clearTimeout(this.#found.get(topic));
    this.#found.delete(topic);
    if (payload.length > 0)
      this.#found.set(
        topic,
        setTimeout(() => this.#answerFor(topic, payload), GRACE),
      );
  }

  #answerFor(topic: string, payload: Buffer): void {
    this.#found.delete(topic);
    const found = commandIn(payload);
    this.#remove(topic);
    if (!found) return;
    const text = `The Node-RED that had begun what was sent to ${found.command.topic} is gone.`;
    const error = new PiKVMError(text, { code: "HOLDER_GONE", outcome: "unknown" });
    if (found.isAnswered) this.#answers.send(found.command, { error });
    this.#uses.onLost(error);
  }

  #remove(topic: string): void {
    void this.#uses.channel.publish({ topic, payload: "", retain: true });
  }
}

/** Not what it says: a text to type is nobody else's business. */
const noteOf = ({ topic, responseTopic, correlationData, id }: Asker, isAnswered: boolean): string =>
  JSON.stringify({ topic, responseTopic, correlationData: correlationData?.toString("base64"), id, isAnswered });

/** Undefined for what none of us has published. */
function commandIn(payload: Buffer): { command: Asker; isAnswered: boolean } | undefined {
  try {
    const note = readJson(payload.toString("utf8"));
    if (!isRecord(note) || typeof note["topic"] !== "string") return undefined;
    const { topic, responseTopic, correlationData, id, isAnswered } = note;
    const command: Asker = {
      topic,
      responseTopic: typeof responseTopic === "string" ? responseTopic : undefined,
      correlationData: typeof correlationData === "string" ? Buffer.from(correlationData, "base64") : undefined,
      id,
    };
    return { command, isAnswered: isAnswered === true };
  } catch {
    return undefined;
  }
}
