import type { IPublishPacket, MqttClient } from "mqtt";

type Handler = (topic: string, payload: Buffer, packet: IPublishPacket) => void;

export interface Subscription {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly handler: Handler;
  /** Topics of which it has had the retained message since the connection began: it is given that once. */
  readonly replayed: Set<string>;
}

/**
 * Who wants to know of which topics. As in Home Assistant's client each new one is told what is retained, although
 * others have had it before.
 */
export class Subscriptions {
  readonly #client: MqttClient;
  readonly #all = new Set<Subscription>();
  /** Before the first `renew` the broker is asked nothing: that makes all of them at once. */
  #areMade = false;

  /**
   * @param client one that does not subscribe again by itself
   * @param fail told what a handler has thrown
   */
  constructor(client: MqttClient, fail: (error: Error) => void) {
    this.#client = client;
    client.on("message", (topic, payload, packet) => {
      for (const one of [...this.#all].filter(({ filter }) => matches(filter, topic)))
        try {
          deliver(one, topic, payload, packet);
        } catch (error) {
          fail(error as Error); // nothing else is thrown here
        }
    });
  }

  add(filter: string, qos: 0 | 1 | 2, handler: Handler): Subscription {
    const subscription = { filter, qos, handler, replayed: new Set<string>() };
    this.#all.add(subscription);
    if (this.#areMade) this.#client.subscribe(filter, { qos });
    return subscription;
  }

  remove(subscription: Subscription): void {
    this.#all.delete(subscription);
    const isLast = ![...this.#all].some(({ filter }) => filter === subscription.filter);
    if (isLast && this.#areMade) this.#client.unsubscribe(subscription.filter);
  }

  /** Makes all of them on a new connection. Resolves when the broker has taken them. */
  async renew(): Promise<void> {
    for (const { replayed } of this.#all) replayed.clear();
    const filters = [...this.#all].map(({ filter, qos }) => [filter, { qos }] as const);
    this.#areMade = true;
    await this.#client.subscribeAsync(Object.fromEntries(filters));
  }
}

function deliver({ replayed, handler }: Subscription, topic: string, payload: Buffer, packet: IPublishPacket): void {
  if (packet.retain && replayed.has(topic)) return;
  if (packet.retain) replayed.add(topic);
  handler(topic, payload, packet);
}

function matches(filter: string, topic: string): boolean {
  const [wanted, levels] = [filter.split("/"), topic.split("/")];
  const rest = wanted.at(-1) === "#";
  if (rest ? levels.length < wanted.length - 1 : levels.length !== wanted.length) return false;
  return wanted.every((level, index) => level === "#" || level === "+" || level === levels[index]);
}
