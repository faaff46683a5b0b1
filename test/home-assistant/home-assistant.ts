import { randomUUID } from "node:crypto";
import type { MqttClient } from "mqtt";
import type { Broker } from "../harness/broker";
import { MARK, retainedOn } from "../harness/topics";
import { until } from "../harness/until";
import type { Config } from "./check";
import * as commands from "./commands";
import { filtersOf } from "./discovery";
import type { Entity } from "./entity";
import { Registry } from "./registry";
import { SCHEMA } from "./schema";
import { Subscriptions } from "./subscriptions";
import { rendered } from "./template";

interface Options {
  prefix?: string;
  statusTopic?: string;
  /** Milliseconds for which a discovery message is in work; another one meanwhile is half lost. */
  inWork?: number;
}

/** What is there with a connection. */
interface Line {
  client: MqttClient;
  subscriptions: Subscriptions;
  /** Discovery topics of which a message came. */
  seen: Set<string>;
}

/** A Home Assistant as its MQTT integration is seen from a broker: README.md says what it has. */
export class HomeAssistant {
  /** Warnings and errors, as a person would find them. */
  readonly log: string[] = [];
  /** What Home Assistant drops without a word: misspelt keys, payloads that mean nothing. */
  readonly ignored: string[] = [];
  readonly #broker: Broker;
  readonly #prefix: string;
  readonly #statusTopic: string;
  readonly #registry: Registry;
  #line: Line | undefined;
  /** What the model does not have: whatever is asked of it next fails with it. */
  #fault: Error | undefined;

  private constructor(broker: Broker, options: Options) {
    const { prefix = SCHEMA.discovery_prefix, statusTopic = SCHEMA.status.topic, inWork = 500 } = options;
    this.#broker = broker;
    this.#prefix = prefix;
    this.#statusTopic = statusTopic;
    const isConnected = (): boolean => this.#line?.client.connected ?? false;
    const house = {
      get isConnected() {
        return isConnected();
      },
      warn: (line: string): void => void this.log.push(line),
      ignore: (line: string): void => void this.ignored.push(line),
    };
    this.#registry = new Registry(house, prefix, inWork);
  }

  /** Resolves when it has worked through what was retained and has published its birth. */
  static async of(broker: Broker, options: Options = {}): Promise<HomeAssistant> {
    const homeAssistant = new HomeAssistant(broker, options);
    await homeAssistant.start();
    return homeAssistant;
  }

  async start(): Promise<void> {
    const { topic, payload } = { topic: this.#statusTopic, payload: SCHEMA.status.offline };
    const client = await this.#broker.connect({ resubscribe: false, will: { topic, payload, qos: 0, retain: false } });
    const subscriptions = new Subscriptions(client, (fault) => (this.#fault ??= fault));
    const line = { client, subscriptions, seen: new Set<string>() };
    this.#line = line;
    for (const filter of filtersOf(this.#prefix))
      subscriptions.add(filter, 0, (at, message) => {
        line.seen.add(at);
        this.#registry.take(at, message.toString("utf8"), subscriptions);
      });
    // A broker that comes back is a new one.
    client.on("connect", () => void this.#begin(line).catch(() => undefined));
    await this.#begin(line);
  }

  /** Says that it goes, and goes. */
  async stop(): Promise<void> {
    const client = this.#line?.client;
    this.#line = undefined;
    if (client?.connected) await client.publishAsync(this.#statusTopic, SCHEMA.status.offline);
    await client?.endAsync(client.connected ? false : true);
    this.#registry.forget();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Stops it. @throws NotModelled when something came that this model does not have */
  async close(): Promise<void> {
    await this.stop();
    this.#check();
  }

  get entities(): Entity[] {
    this.#check();
    return this.#registry.entities;
  }

  get devices(): Config[] {
    this.#check();
    return this.#registry.devices;
  }

  /** Ids of entities that a person would have to delete by hand. */
  get orphans(): string[] {
    this.#check();
    return this.#registry.orphans;
  }

  /** @param id `switch.office_power` */
  entity(id: string): Entity {
    const found = this.entities.find(({ is }) => is.id === id);
    if (!found)
      throw new Error(`there is no ${id}, only ${this.entities.map(({ is }) => is.id).join(", ") || "nothing"}`);
    return found;
  }

  has(id: string): boolean {
    return this.entities.some(({ is }) => is.id === id);
  }

  async untilThere(id: string): Promise<Entity> {
    await until(() => this.has(id), { what: `the entity ${id}` });
    return this.entity(id);
  }

  untilState(id: string, state: string): Promise<boolean> {
    return until(() => this.has(id) && this.entity(id).state === state, { what: `"${state}" of ${id}` });
  }

  /** Resolves when it has taken all that the broker had before. */
  async settled(): Promise<void> {
    const { client, subscriptions } = this.#online;
    const topic = `${MARK}${randomUUID()}`;
    let hasCome = false;
    const mark = subscriptions.add(topic, 0, () => (hasCome = true));
    await client.publishAsync(topic, "");
    await until(() => hasCome, { what: "its own message" });
    subscriptions.remove(mark);
    this.#check();
  }

  /** A person enables an entity that is disabled by default. */
  enable(id: string): void {
    this.#registry.enable(this.entity(id), this.#online.subscriptions);
  }

  turnOn(id: string): Promise<void> {
    return this.#do(id, commands.turnOn);
  }

  turnOff(id: string): Promise<void> {
    return this.#do(id, commands.turnOff);
  }

  press(id: string): Promise<void> {
    return this.#do(id, commands.press);
  }

  select(id: string, option: string): Promise<void> {
    return this.#do(id, (config) => commands.select(config, option));
  }

  type(id: string, text: string): Promise<void> {
    return this.#do(id, (config) => commands.type(config, text));
  }

  setNumber(id: string, number: number): Promise<void> {
    return this.#do(id, (config) => commands.setNumber(config, number));
  }

  notify(id: string, message: string): Promise<void> {
    return this.#do(id, () => commands.notify(message));
  }

  install(id: string): Promise<void> {
    return this.#do(id, commands.install);
  }

  /** A person deletes a device: Home Assistant empties the topics that told of it. */
  async deleteDevice(name: string): Promise<void> {
    const topics = new Set(this.entities.filter(({ device }) => device["name"] === name).map(({ is }) => is.topic));
    if (topics.size === 0) throw new Error(`there is no device "${name}"`);
    for (const topic of topics) {
      this.#registry.removeAllOf(topic, this.#online.subscriptions);
      await this.#online.client.publishAsync(topic, "", { qos: 0, retain: true });
    }
  }

  get #online(): Line {
    if (!this.#line) throw new Error("Home Assistant does not run");
    return this.#line;
  }

  /** @throws Error where Home Assistant would show one to the person */
  async #do(id: string, commandOf: (config: Config) => commands.Command): Promise<void> {
    const entity = this.entity(id);
    const { config, is } = entity;
    const { platform, payload, becomes, wrong } = commandOf(config);
    if (is.platform !== platform) throw new Error(`${id} is no ${platform}`);
    if (this.#registry.isDisabled(entity)) throw new Error(`${id} is disabled`);
    if (!entity.isAvailable) throw new Error(`${id} is unavailable`);
    if (wrong !== undefined) throw new Error(`${id}: ${wrong}`);
    const text = rendered(config["command_template"], payload, (line) => entity.warn(line));
    const options = { qos: (config["qos"] ?? 0) as 0 | 1 | 2, retain: config["retain"] === true }; // as checked
    await this.#online.client.publishAsync(String(config["command_topic"]), text, options);
    if (entity.isOptimistic && becomes !== undefined) entity.assume(becomes);
  }

  /** Subscribes, waits for all that is retained about components, and says that it is there. */
  async #begin({ client, subscriptions, seen }: Line): Promise<void> {
    seen.clear();
    await subscriptions.renew();
    const retained = [...(await retainedOn(this.#broker)).keys()];
    const wanted = retained.filter((topic) => topic.startsWith(`${this.#prefix}/`) && topic.endsWith("/config"));
    await until(() => wanted.every((topic) => seen.has(topic)) || !client.connected, { what: "what is retained" });
    await client.publishAsync(this.#statusTopic, SCHEMA.status.online);
  }

  #check(): void {
    if (this.#fault) throw this.#fault;
  }
}
