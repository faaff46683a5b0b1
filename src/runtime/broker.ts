import type { Arrival, Channel, Outgoing } from "../bridge/channel";
import { ConfigurationError } from "../client";
import { presenceOf, type Presence, type Told } from "../schema/presence";
import type { FlowNode, NodeAPI } from "./red";

/** What is used of Node-RED's own `mqtt-broker` node. It is no documented interface, though many nodes rely on it. */
interface BrokerNode extends FlowNode {
  connected: boolean;
  closing: boolean;
  autoConnect: boolean;
  users: Record<string, unknown>;
  serverProperties?: { maximumPacketSize?: number };
  birthMessage?: Told;
  closeMessage?: Told;
  options?: { will?: Told };
  v5?: () => boolean;
  register(user: User): void;
  connect(): void;
  deregister(user: User, done: () => void, isRemoved: boolean): void;
  subscribe(filter: string, options: object, listener: Listener, ref: string): void;
  unsubscribe(filter: string, ref: string, really: boolean): void;
  publish(message: object, done: (error?: unknown) => void): void;
}

/** Who is told how the connection is. The node itself would get a status that is not its own. */
interface User {
  id: string;
  status: (status: { text?: string }) => void;
  _flow: typeof NO_FLOW;
}

/**
 * Node-RED hands an error of the broker node, such as a birth message that the broker refuses, to the flow of each of its
 * users, and ends where one has none. With nobody who takes it the broker node logs it.
 */
const NO_FLOW = { handleError: () => false, handleStatus: () => false };

type Listener = (topic: string, payload: Buffer, packet: Packet) => void;

interface Packet {
  dup?: boolean;
  retain?: boolean;
  properties?: { responseTopic?: string; correlationData?: Buffer; messageExpiryInterval?: number };
}

const TYPE = "mqtt-broker";
/** Mosquitto ends the connection of who sends more, and the others' nodes use it, too. */
const USUAL_LARGEST = 2_000_000;
/** An environment variable that Node-RED has not found. */
const UNSET = /\$\{.*\}/;
/** Of the packet's own parts, besides topic and payload. */
const HEADER = 1000;

/** The connection of Node-RED's own MQTT nodes, for one node that uses it too. */
export class Broker implements Channel {
  readonly #RED: NodeAPI;
  readonly #broker: BrokerNode;
  readonly #user: User;
  #isConnected: boolean;
  readonly #pending = new Set<() => void>();

  /**
   * @param onConnection is called for each change, also for the first connection when it is there already.
   * @throws ConfigurationError when no broker is chosen, or it is not deployed.
   */
  constructor(RED: NodeAPI, id: string, user: Pick<FlowNode, "id">, onConnection: (isConnected: boolean) => void) {
    const broker = RED.nodes.getNode(id) as BrokerNode | null | undefined;
    if (broker?.type !== TYPE) {
      throw new ConfigurationError("No MQTT broker is chosen, or the chosen one is not deployed.", {
        code: "NO_BROKER",
      });
    }
    this.#RED = RED;
    this.#broker = broker;
    this.#isConnected = broker.connected;
    this.#user = {
      id: user.id,
      _flow: NO_FLOW,
      status: () => {
        if (this.#broker.connected === this.#isConnected) return;
        this.#isConnected = this.#broker.connected;
        if (!this.#isConnected) this.#giveUp();
        onConnection(this.#isConnected);
      },
    };
    broker.register(this.#user);
  }

  get id(): string {
    return this.#broker.id;
  }

  get isConnected(): boolean {
    return this.#broker.connected;
  }

  get largest(): number {
    return (this.#broker.serverProperties?.maximumPacketSize ?? USUAL_LARGEST) - HEADER;
  }

  /** A topic on which birth, close and will of the connection tell whether Node-RED is there. */
  get presence(): Presence | undefined {
    const { birthMessage, closeMessage, options } = this.#broker;
    return presenceOf(birthMessage, closeMessage, options?.will);
  }

  /**
   * The same, for who shares a device with others.
   * @throws ConfigurationError when the others would not hear that this connection is lost, or the broker cannot share.
   */
  demandPresence(): Presence {
    if (this.#broker.v5?.() !== true) {
      const text = "Several Node-REDs can share a device only with MQTT 5: choose it in the dialog of the MQTT broker.";
      throw new ConfigurationError(text, { code: "NOT_MQTT_5" });
    }
    const { presence } = this;
    // Node-RED leaves the name of a variable that is not set: all who forgot it would have the same topic.
    if (presence && UNSET.test(presence.topic)) {
      const text =
        `The environment variable in "${presence.topic}" is not set for this Node-RED: the others would not hear when it ` +
        "is gone. Give it a topic of this Node-RED alone, such as nodered/one, and restart Node-RED.";
      throw new ConfigurationError(text, { code: "NO_PRESENCE" });
    }
    if (presence) return presence;
    throw new ConfigurationError(
      "The other Node-REDs would not hear when this one is gone. In the dialog of the MQTT broker, under Messages, give " +
        "the messages at connect, before disconnect and at unexpected disconnect the same topic, of this Node-RED " +
        "alone, such as nodered/one, retained, with the payloads online, offline and offline.",
      { code: "NO_PRESENCE" },
    );
  }

  publish({ topic, payload, retain = false, correlationData }: Outgoing): Promise<boolean> {
    if (!this.#broker.connected || Buffer.byteLength(payload) > this.largest) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (isTaken: boolean): void => {
        this.#pending.delete(giveUp);
        resolve(isTaken);
      };
      const giveUp = (): void => end(false);
      this.#pending.add(giveUp);
      try {
        // The broker node writes into what it is given.
        const properties = correlationData ? { correlationData } : {};
        this.#broker.publish({ topic, payload, qos: 1, retain, ...properties }, (error) => end(!error));
      } catch {
        end(false);
      }
    });
  }

  subscribe(filter: string, onArrival: (arrival: Arrival) => void): () => void {
    const ref = `${this.#user.id}/${filter}`;
    const listener: Listener = (topic, payload, { dup = false, retain = false, properties = {} }) => {
      // It may have come before: nothing is done twice.
      if (dup) return;
      const { responseTopic, correlationData, messageExpiryInterval: expiry } = properties;
      onArrival({ topic, payload, isRetained: retain, responseTopic, correlationData, expiry });
    };
    // At most once: what the broker would keep for an absent Node-RED, or send again, is not done later or twice. The
    // flag of what is kept (rap) stays on it, so that it is known however it comes.
    this.#broker.subscribe(filter, { qos: 0, rap: true }, listener, ref);
    return () => this.#broker.unsubscribe(filter, ref, true);
  }

  /** @param isRemoved the node will not come again: when it was the last one, the connection ends. */
  async close(isRemoved: boolean): Promise<void> {
    const broker = this.#broker;
    const isLast = Object.keys(broker.users).every((id) => id === this.#user.id);
    const endsConnection = isRemoved && isLast && broker.connected && !broker.closing;
    await new Promise<void>((resolve) => broker.deregister(this.#user, resolve, isRemoved));
    if (endsConnection) this.#reviveForOthers();
  }

  /** Whoever came while the connection ended found it still there, and nothing would ever connect it again. */
  #reviveForOthers(): void {
    const broker = this.#broker;
    // A deploy may have stopped it meanwhile, and put another one in its place.
    const isDeployed = this.#RED.nodes.getNode(broker.id) === (broker as object);
    if (!isDeployed || !broker.autoConnect || Object.keys(broker.users).length === 0) return;
    try {
      broker.connect();
    } catch (thrown) {
      // Nobody waits for it, and Node-RED would end.
      broker.warn(thrown);
    }
  }

  /** What is on its way may never be answered. */
  #giveUp(): void {
    for (const giveUp of this.#pending) giveUp();
  }
}
