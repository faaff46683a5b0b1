import { Readable } from "node:stream";
import { asPiKVMError } from "../actions/thrown";
import { ConfigurationError, PiKVMError } from "../client";
import type { Channel } from "./channel";
import { RESULT } from "./topics";

/** Who waits for an answer, and where. */
export interface Asker {
  /** Where the command was published. */
  topic: string;
  responseTopic?: string | undefined;
  correlationData?: Buffer | undefined;
  /** What the answer repeats, where there is no MQTT 5. */
  id?: unknown;
}

interface AnswersUses {
  channel: Channel;
  /** An error as the flow sees it. */
  errorAsJson: (error: PiKVMError) => object;
}

/** Publishes what has become of commands. */
export class Answers {
  readonly #uses: AnswersUses;

  constructor(uses: AnswersUses) {
    this.#uses = uses;
  }

  send({ topic, responseTopic, correlationData, id }: Asker, said: { result?: object; error?: PiKVMError }): void {
    const { channel } = this.#uses;
    const text = JSON.stringify({ id, ...this.#asJson(said) });
    const payload = Buffer.byteLength(text) <= channel.largest ? text : JSON.stringify({ id, ...this.#tooLarge(text) });
    const isUsable = responseTopic !== undefined && responseTopic !== "" && !/[+#]/.test(responseTopic);
    void channel.publish({ topic: isUsable ? responseTopic : `${topic}/${RESULT}`, payload, correlationData });
  }

  #asJson({ result, error }: { result?: object; error?: PiKVMError }): object {
    if (error) return { error: this.#uses.errorAsJson(error) };
    try {
      return { result: resultAsJson(result ?? {}) };
    } catch (thrown) {
      return { error: this.#uses.errorAsJson(asPiKVMError(thrown)) };
    }
  }

  #tooLarge(text: string): object {
    const { largest } = this.#uses.channel;
    const message = `It was done, but its result of ${text.length} bytes is more than the broker takes (${largest}).`;
    return { error: this.#uses.errorAsJson(new PiKVMError(message, { code: "TOO_LARGE" })) };
  }
}

/** A result as JSON: bytes become Base64. @throws ConfigurationError for one that comes as a stream. */
function resultAsJson(result: object): unknown {
  for (const value of Object.values(result)) {
    if (!(value instanceof Readable)) continue;
    value.on("error", () => undefined).destroy();
    throw new ConfigurationError("A stream cannot be sent over MQTT: choose another form of result.");
  }
  return plain(result);
}

/** The same without what JSON would spell out byte by byte. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
