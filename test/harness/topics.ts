import { randomUUID } from "node:crypto";
import type { IClientPublishOptions, IPublishPacket, MqttClient } from "mqtt";
import type { Broker } from "./broker";
import { until } from "./until";

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly text: string;
  /** It was on the broker before this was watched, or before the broker came back. */
  readonly retained: boolean;
  /** Of MQTT 5. */
  readonly properties: IPublishPacket["properties"];
}

/** What tests themselves put on the broker for a moment: it is not recorded. */
export const MARK = "recorder/";

/** Milliseconds: each visit takes a connection, and is told all that is retained. */
export const BETWEEN_VISITS = 100;

/** Everything that is published on a broker from now on, and whatever was retained there. */
export class Topics {
  readonly messages: Message[] = [];
  readonly #broker: Broker;
  readonly #client: MqttClient;

  private constructor(broker: Broker, client: MqttClient) {
    this.#broker = broker;
    this.#client = client;
    client.on("message", (topic, payload, packet) => {
      if (!topic.startsWith(MARK)) this.messages.push(messageOf(topic, payload, packet));
    });
  }

  /** It comes back by itself when the broker does. */
  static async of(broker: Broker): Promise<Topics> {
    const client = await broker.connect();
    const topics = new Topics(broker, client);
    await client.subscribeAsync("#", { qos: 1 });
    return topics;
  }

  close(): Promise<void> {
    return this.#client.endAsync(true);
  }

  /** The text of the newest message on a topic, whenever it came. */
  latest(topic: string): string | undefined {
    return this.messages.findLast((message) => message.topic === topic)?.text;
  }

  /** The texts on a topic, oldest first. */
  on(topic: string): string[] {
    return this.messages.filter((message) => message.topic === topic).map(({ text }) => text);
  }

  untilSaid(topic: string, text: string): Promise<boolean> {
    return until(() => this.latest(topic) === text, { what: `"${text}" on ${topic}` });
  }

  forget(): void {
    this.messages.length = 0;
  }

  publish(topic: string, payload: string | Buffer, options: IClientPublishOptions = {}): Promise<unknown> {
    return this.#client.publishAsync(topic, payload, { qos: 1, ...options });
  }

  /** What somebody who comes now is told: the text by topic. */
  retained(): Promise<Map<string, string>> {
    return retainedOn(this.#broker);
  }

  /** Waits until what is retained is as it should be. */
  untilRetained(isSo: (kept: Map<string, string>) => boolean, what: string): Promise<boolean> {
    return until(async () => isSo(await this.retained()), { what, pause: BETWEEN_VISITS });
  }

  /** All topics, payloads and properties that were ever seen, to be searched for what must not be there. */
  everything(): string {
    return this.messages.map(({ topic, text, properties }) => [topic, text, written(properties)].join(" ")).join("\n");
  }
}

/** What somebody who comes now is told: the text by topic. */
export async function retainedOn(broker: Broker): Promise<Map<string, string>> {
  const visitor = await broker.connect();
  const found: Message[] = [];
  visitor.on("message", (topic, payload, packet) => found.push(messageOf(topic, payload, packet)));
  const mark = `${MARK}${randomUUID()}`;
  const hasCome = (retained: boolean) => () =>
    found.some((message) => message.topic === mark && message.retained === retained);
  await visitor.publishAsync(mark, "all that was stored before this", { qos: 1, retain: true });
  await visitor.subscribeAsync("#", { qos: 1 });
  // aedes tells what is retained in the order in which it came, at some time after it has answered the subscription;
  // Mosquitto tells it in an order of its own, but before anything that is published later.
  await until(hasCome(true), { what: "the retained mark" });
  await visitor.publishAsync(mark, "", { qos: 1, retain: true });
  await until(hasCome(false), { what: "the end of the mark" });
  await visitor.endAsync(true);
  const kept = found.filter(({ topic, retained }) => retained && !topic.startsWith(MARK));
  return new Map(kept.map(({ topic, text }) => [topic, text]));
}

function messageOf(topic: string, payload: Buffer, { retain, properties }: IPublishPacket): Message {
  return { topic, payload, text: payload.toString("utf8"), retained: retain, properties };
}

function written(properties: Message["properties"]): string {
  const { correlationData } = properties ?? {};
  return `${JSON.stringify(properties ?? {})} ${correlationData?.toString("utf8") ?? ""}`;
}
