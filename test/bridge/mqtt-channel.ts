import { connectAsync, type MqttClient } from "mqtt";
import type { Arrival, Channel, Outgoing } from "../../src/bridge/channel";
import type { Presence } from "../../src/schema/presence";

interface ChannelOptions {
  port: number;
  /** Of its own, by which the others know whether it is there. */
  presence: string;
  /** Seconds. */
  keepalive?: number;
  reconnectPeriod?: number;
}

/** What a bridge needs of a broker, over a connection of its own. */
export class MqttChannel implements Channel {
  readonly largest = 1_000_000;
  readonly presence: Presence;
  readonly client: MqttClient;
  /** Told of each change. */
  onConnection: (isConnected: boolean) => void = () => undefined;
  readonly #listeners = new Set<{ filter: string; onArrival: (arrival: Arrival) => void }>();
  readonly #pending = new Set<(isTaken: boolean) => void>();

  private constructor(client: MqttClient, presence: Presence) {
    this.client = client;
    this.presence = presence;
    client.on("connect", () => {
      this.#birth();
      this.onConnection(true);
    });
    client.on("close", () => {
      for (const end of this.#pending) end(false);
      this.onConnection(false);
    });
    client.on("error", () => undefined);
    client.on("message", (topic, payload, { retain, properties = {} }) => {
      const { responseTopic, correlationData } = properties;
      for (const { filter, onArrival } of this.#listeners)
        if (matches(filter, topic)) onArrival({ topic, payload, isRetained: retain, responseTopic, correlationData });
    });
  }

  static async connect({ port, presence: topic, keepalive = 60, reconnectPeriod = 50 }: ChannelOptions) {
    const presence = { topic, online: "online", offline: "offline" };
    const will = { topic, payload: Buffer.from(presence.offline), qos: 1, retain: true } as const;
    const options = { protocolVersion: 5, keepalive, reconnectPeriod, will, connectTimeout: 2000 } as const;
    const channel = new MqttChannel(await connectAsync(`mqtt://127.0.0.1:${port}`, options), presence);
    channel.#birth();
    return channel;
  }

  get isConnected(): boolean {
    return this.client.connected;
  }

  publish({ topic, payload, retain = false, correlationData }: Outgoing): Promise<boolean> {
    if (!this.client.connected) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (isTaken: boolean): void => {
        this.#pending.delete(end);
        resolve(isTaken);
      };
      this.#pending.add(end);
      const properties = correlationData ? { properties: { correlationData } } : {};
      this.client.publish(topic, payload, { qos: 1, retain, ...properties }, (error) => end(!error));
    });
  }

  subscribe(filter: string, onArrival: (arrival: Arrival) => void): () => void {
    const listener = { filter, onArrival };
    this.#listeners.add(listener);
    // As Node-RED's broker does it for us.
    this.client.subscribe(filter, { qos: 0, rap: true });
    return () => {
      this.#listeners.delete(listener);
      if (![...this.#listeners].some((other) => other.filter === filter)) this.client.unsubscribe(filter);
    };
  }

  /** As at a clean end, or as if its process had been killed. */
  async close(how: "stop" | "kill" = "stop"): Promise<void> {
    this.onConnection = () => undefined;
    if (how === "stop") await this.publish({ topic: this.presence.topic, payload: "offline", retain: true });
    else this.client.stream.destroy();
    await this.client.endAsync(how === "kill");
  }

  #birth(): void {
    void this.publish({ topic: this.presence.topic, payload: this.presence.online, retain: true });
  }
}

function matches(filter: string, topic: string): boolean {
  const plain = filter.replace(/^\$share\/[^/]+\//, "");
  return new RegExp(`^${plain.replaceAll("+", "[^/]+").replace(/\/#$/, "(/.*)?")}$`).test(topic);
}
