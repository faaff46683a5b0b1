import type { Actions, Values } from "../actions/action";
import type { Permission } from "../actions/permit";
import { asPiKVMError } from "../actions/thrown";
import { Bridge } from "../bridge/bridge";
import { Claim } from "../bridge/claim";
import type { Outcome } from "../bridge/commands";
import type { BridgeSettings } from "../bridge/settings";
import { baseTopic, below, CLAIM } from "../bridge/topics";
import { ConfigurationError, type ConnectionChange, type PiKVM, type PiKVMError } from "../client";
import type { Deed } from "../schema/deeds";
import type { Fields } from "../schema/field";
import type { NodeSchema } from "../schema/node";
import { safeName } from "../schema/topics";
import { Broker } from "./broker";
import { deviceById, type Device } from "./device";
import { fail, flowError } from "./failure";
import { nameFor } from "./find-device";
import { disown, leave, leftBy, removeLeft } from "./leftovers";
import type { Done, FlowNode, Message, NodeAPI, Send } from "./red";
import type { StartNode } from "./register";
import { settledSoon } from "./settled";
import { onceStarted } from "./started";
import { Status } from "./status";
import { settingsIn, storedIn } from "./stored";

/** What the dialog says. */
interface BridgeChoices extends Pick<BridgeSettings, "homeAssistant" | "pictures"> {
  /** Id of an `mqtt-broker` node. */
  broker: string;
  prefix: string;
  /** Empty: the device's name. */
  topic: string;
  /** Names of the deeds that whoever writes to the broker may do. */
  commands: readonly string[];
  leftOut: readonly string[];
  /** Several Node-REDs have this device, one at a time. */
  isShared: boolean;
}

/** The kind of node that puts a device on an MQTT broker. */
export function bridgeModule<F extends Fields>(
  schema: NodeSchema<F>,
  actions: Readonly<Record<string, Actions>>,
  choicesIn: (settings: Values<F>) => BridgeChoices,
): StartNode {
  return (RED, node, stored) => {
    const config = storedIn(schema, node, stored);
    const choices = () => choicesIn(settingsIn(RED, schema, config));
    const bridge = new BridgeNode(RED, node, { deviceId: config.device ?? "", choices, actions });
    const forget = onceStarted(RED, () => void bridge.start());
    node.on("input", (message, send, done) => bridge.receive(message, send, done));
    node.on("close", (isRemoved: boolean, done: () => void) => {
      forget();
      void bridge.close(isRemoved).finally(done);
    });
  };
}

interface Given {
  deviceId: string;
  /** @throws ConfigurationError. */
  choices: () => BridgeChoices;
  actions: Readonly<Record<string, Actions>>;
}

/** The places of those that run, by broker and topic, and whose they are. */
const places = new Map<string, FlowNode>();
/** By place those that start when it is free. */
const waiting = new Map<string, Set<() => void>>();

/** The engine of a bridge: its device, its broker, and the messages that tell of both. */
class BridgeNode {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  readonly #given: Given;
  readonly #status: Status;
  #device: Device | undefined;
  #broker: Broker | undefined;
  #bridge: Bridge | undefined;
  #claim: Claim | undefined;
  #place: string | undefined;
  /** Where somebody else is. */
  #again: (() => void) | undefined;
  #isConnected = false;
  /** The device was connected before. */
  #wasThere = false;
  #hasTwin = false;
  #closed = false;

  constructor(RED: NodeAPI, node: FlowNode, given: Given) {
    this.#RED = RED;
    this.#node = node;
    this.#given = given;
    this.#status = new Status(RED, node);
  }

  /** Never rejects. */
  async start(): Promise<void> {
    try {
      const choices = this.#given.choices();
      const device = deviceById(this.#RED, this.#given.deviceId);
      this.#device = device;
      const broker = new Broker(this.#RED, choices.broker, this.#node, (isThere) => this.#onBroker(isThere));
      this.#broker = broker;
      const base = baseTopic(choices.prefix, choices.topic || device.name);
      this.#occupy(`${broker.id} ${base}`, base);
      this.#status.show({ is: "connecting" });
      const pikvm = await device.join(this.#node);
      if (this.#closed) return;
      const open = () => (this.#bridge = this.#open(choices, base, { device, broker, pikvm }));
      if (choices.isShared) this.#claim = this.#claimOf(broker, base, open);
      else open();
    } catch (thrown) {
      this.#fail(asPiKVMError(thrown));
    }
  }

  receive(message: Message, send: Send, done: Done): void {
    const { topic, payload } = message;
    try {
      const bridge = this.#bridge;
      if (!bridge) throw new ConfigurationError(this.#notHere, { code: "CLOSED" });
      const isCommand =
        typeof topic === "string" && bridge.onCommand({ topic, payload: bytesOf(payload), isRetained: false });
      if (!isCommand) bridge.publishAgain(true);
      done();
    } catch (thrown) {
      fail(this.#node, message, asPiKVMError(thrown), send, done);
    }
  }

  async close(isRemoved: boolean): Promise<void> {
    this.#closed = true;
    this.#status.end();
    this.#free();
    // First of all: the connection to the broker may be closed at the same time.
    const closed = this.#bridge?.close(isRemoved ? "removed" : "stopped");
    this.#claim?.close();
    this.#leave(isRemoved);
    await settledSoon(closed);
    await settledSoon(Promise.all([this.#broker?.close(isRemoved), this.#device?.leave(this.#node)]));
  }

  #leave(isRemoved: boolean): void {
    const { id } = this.#node;
    const [bridge, broker] = [this.#bridge, this.#broker];
    if (bridge && broker) leave(id, { broker: broker.id, ...bridge.left });
    if (!isRemoved) return;
    // Where it was not the one who had the device, another has what is there.
    if (this.#claim || (bridge && broker?.isConnected)) disown(id);
    else removeLeft(this.#RED, id);
  }

  get #notHere(): string {
    return this.#claim
      ? "Another Node-RED has the device now, or none: publish the command on the broker. Nothing was done."
      : "The bridge has not started; nothing was done.";
  }

  #claimOf(broker: Broker, base: string, open: () => void): Claim {
    // Another name, of which whoever has the device from now on may not know.
    const { topics } = leftBy(this.#RED, this.#node.id, broker.id);
    if (topics.every((topic) => below(base, topic) === undefined))
      for (const topic of topics) void broker.publish({ topic, payload: "", retain: true });
    const presence = broker.demandPresence();
    return new Claim({
      channel: broker,
      topic: `${base}/${CLAIM}`,
      presence,
      onHold: open,
      onOther: (isTwin) => {
        this.#letGo();
        if (isTwin) this.#tellOfTwin(presence.topic);
        else this.#status.show({ is: "elsewhere" });
      },
    });
  }

  /** Once: it is found out again and again. */
  #tellOfTwin(topic: string): void {
    if (this.#hasTwin) return;
    this.#hasTwin = true;
    const text =
      `Another Node-RED says at "${topic}", too, whether it is there: the others would not hear which is gone. In the ` +
      "dialog of the MQTT broker give each a topic of its own, such as nodered/one.";
    this.#fail(new ConfigurationError(text, { code: "NO_PRESENCE" }));
  }

  /** Somebody else may have the device from now on. */
  #letGo(): void {
    const bridge = this.#bridge;
    if (!bridge) return;
    this.#bridge = undefined;
    this.#isConnected = false;
    disown(this.#node.id);
    void bridge.close("moved");
  }

  #open(
    choices: BridgeChoices,
    base: string,
    { device, broker, pikvm }: { device: Device; broker: Broker; pikvm: PiKVM },
  ): Bridge {
    const { homeAssistant, pictures, isShared } = choices;
    const commands = new Set(choices.commands);
    const settings: BridgeSettings = {
      base,
      homeAssistant,
      pictures,
      leftOut: new Set(choices.leftOut),
      // The same for all who share it.
      id: `pikvm_${isShared ? safeName(base) : this.#node.id}`,
      name: device.name,
      url: pikvm.baseUrl,
      facts: { hasOwnButtons: hasOwnButtons(device) },
      origin: { name: "node-red-contrib-pikvm" },
      presence: broker.presence,
      isShared,
    };
    return new Bridge(settings, {
      pikvm,
      channel: broker,
      actions: this.#given.actions,
      permit: () => permission(device, commands),
      offers: (deeds) => deeds.every((deed) => commands.has(deed) && device.permit().allows(deed)),
      errorAsJson: (error) => flowError(error, this.#node, 1),
      word: (key) => this.#RED._(`entity.${key}`),
      onOutcome: (outcome) => this.#onOutcome(outcome),
      onError: (error) => this.#tell(error),
      onConnection: (change) => this.#onConnection(change),
      onRetry: ({ error, at }) => this.#showFailure(error, at),
      left: leftBy(this.#RED, this.#node.id, broker.id),
      isOthers: (topic) => this.#isOthers(broker.id, topic),
    });
  }

  /** @throws ConfigurationError when another bridge is there: each command would be done twice. */
  #occupy(place: string, base: string): void {
    const other = places.get(place);
    this.#place = place;
    if (other) {
      this.#again = () => {
        if (!this.#closed) void this.start();
      };
      waiting.set(place, (waiting.get(place) ?? new Set()).add(this.#again));
      const text = `Another MQTT bridge (${other.name || other.id}) uses ${base} on this broker. Give each its own topic.`;
      throw new ConfigurationError(text, { code: "OCCUPIED" });
    }
    places.set(place, this.#node);
  }

  /** Who waits for the place starts when this deploy is over, by which it may be changed or removed itself. */
  #free(): void {
    const place = this.#place;
    if (place === undefined) return;
    if (this.#again) waiting.get(place)?.delete(this.#again);
    if (places.get(place) !== this.#node) return;
    places.delete(place);
    for (const again of waiting.get(place) ?? []) onceStarted(this.#RED, again);
    waiting.delete(place);
  }

  /** Of another bridge on the same broker. */
  #isOthers(broker: string, topic: string): boolean {
    const others = [...places].filter(([, node]) => node !== this.#node).map(([place]) => place);
    return others.some((place) => below(place, `${broker} ${topic}`) !== undefined);
  }

  #onBroker(isConnected: boolean): void {
    if (this.#claim) this.#onBrokerOfMany(isConnected, this.#claim);
    else if (isConnected) this.#bridge?.publishAgain(false);
    this.#show();
  }

  /** Without the broker nobody knows who has the device. */
  #onBrokerOfMany(isConnected: boolean, claim: Claim): void {
    if (!isConnected) this.#letGo();
    this.#status.show({ is: isConnected ? "connecting" : "broker_lost" });
    claim.onConnection(isConnected);
  }

  #onConnection({ connected, error }: ConnectionChange): void {
    this.#isConnected = connected;
    if (connected || error) this.#device?.reach.heard(error);
    if (error) this.#showFailure(error);
    this.#show();
    this.#wasThere ||= connected;
  }

  #showFailure(error: PiKVMError, again?: Date): void {
    this.#status.show({ is: "failed", error, wasThere: this.#wasThere, again }, this.#device);
  }

  #show(): void {
    if (!this.#isConnected || this.#closed) return;
    this.#status.show({ is: this.#broker?.isConnected ? "connected" : "broker_lost" }, this.#device);
  }

  #onOutcome({ topic, order, result, error }: Outcome): void {
    if (this.#closed) return;
    const message = this.#message({ topic, ...(order ? { command: order.node } : {}) });
    if (error) fail(this.#node, message, error, (messages) => this.#node.send(messages));
    else this.#node.send([{ ...message, payload: result }, null]);
  }

  /** Of what keeps it from starting. */
  #fail(error: PiKVMError): void {
    if (this.#closed) return;
    this.#showFailure(error);
    this.#tell(error);
  }

  /** Never throws: it may be called by a connection. */
  #tell(error: PiKVMError): void {
    if (this.#closed) return;
    try {
      fail(this.#node, this.#message({ topic: "error" }), error, (messages) => this.#node.send(messages));
    } catch (thrown) {
      this.#node.warn(asPiKVMError(thrown));
    }
  }

  #message(properties: Record<string, unknown>): Message {
    const device = this.#device;
    const pikvm = device && nameFor(this.#RED, this.#node, device);
    return { _msgid: this.#RED.util.generateId(), ...properties, ...(pikvm === undefined ? {} : { pikvm }) };
  }
}

/** What both let through: the dialog of the bridge, and that of its device. */
const permission = (device: Device, commands: ReadonlySet<string>): Permission => ({
  demand(deed: Deed): void {
    device.permit().demand(deed);
    if (deed.effect === "reads" || commands.has(deed.name)) return;
    const way =
      "to let it through, tick it under Commands in the dialog of the MQTT bridge, where Read only must not be ticked";
    throw new ConfigurationError(`"${deed.name}" may not be done over MQTT; nothing was sent: ${way}.`, {
      code: "NOT_ALLOWED",
    });
  },
});

const hasOwnButtons = (device: Device): boolean => {
  const { pressedBy = "atx" } = device.options().power ?? {};
  return pressedBy !== "atx";
};

/** As it would come from a broker. */
function bytesOf(payload: unknown): Buffer {
  if (Buffer.isBuffer(payload)) return payload;
  return Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload ?? ""));
}
