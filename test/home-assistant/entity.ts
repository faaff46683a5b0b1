import type { IPublishPacket } from "mqtt";
import { Availability } from "./availability";
import { isObject, type Config } from "./check";
import { fullName } from "./names";
import { NotModelled } from "./refused";
import { READ, UNKNOWN, updated, type Outcome } from "./states";
import type { Subscription, Subscriptions } from "./subscriptions";
import { rendered } from "./template";

/** Where an entity lives. */
export interface House {
  readonly isConnected: boolean;
  warn(line: string): void;
  ignore(line: string): void;
}

/** What is fixed when an entity is found. */
interface Identity {
  readonly platform: string;
  /** As people see it: `switch.office_power`. */
  readonly id: string;
  readonly uniqueId: string | undefined;
  /** Where its config came. */
  readonly topic: string;
}

type Handler = (payload: Buffer, packet: IPublishPacket) => void;

/** What may not be an attribute, as an entity has it of its own. */
const BLOCKED = new Set([
  ...["state", "name", "icon", "device_class", "unique_id", "available", "entity_category", "entity_picture"],
  ...["unit_of_measurement", "supported_features", "options"],
]);

/** A component that Home Assistant has found, and all that it was told about it. */
export class Entity {
  readonly is: Identity;
  config: Config;
  device: Config;
  attributes: Config = {};
  /** Of an image or a camera. */
  picture: { bytes: Buffer; contentType: string } | undefined;
  readonly #house: House;
  readonly #availability = new Availability();
  /** By the role of their topic, with what would make it another subscription. */
  readonly #subscriptions = new Map<string, Subscription>();
  #value = UNKNOWN;
  #toldAt = 0;

  constructor(house: House, is: Identity, config: Config, device: Config) {
    this.#house = house;
    this.is = is;
    this.config = config;
    this.device = device;
  }

  get name(): string {
    return fullName(this.is.platform, this.config, this.device);
  }

  get state(): string {
    return this.isAvailable ? this.#value : "unavailable";
  }

  get isAvailable(): boolean {
    const { expire_after: seconds } = this.config;
    if (typeof seconds === "number" && seconds > 0 && Date.now() > this.#toldAt + seconds * 1000) return false;
    return this.#house.isConnected && this.#availability.isAvailable(this.config);
  }

  /** Whether it takes for its state what was commanded. */
  get isOptimistic(): boolean {
    return this.config["optimistic"] === true || this.config["state_topic"] === undefined;
  }

  warn(line: string): void {
    this.#house.warn(`${this.is.id}: ${line}`);
  }

  assume(value: string): void {
    this.#value = value;
  }

  /** Another message about it came. */
  update(config: Config, device: Config): void {
    const { options } = config;
    if (this.is.platform === "select" && Array.isArray(options) && !options.includes(this.#value))
      this.#value = UNKNOWN;
    this.config = config;
    this.device = device;
  }

  /** Listens on its topics; on those that it had before it goes on, and is not told again what is retained. */
  listen(subscriptions: Subscriptions): void {
    const qos = (this.config["qos"] ?? 0) as 0 | 1 | 2; // as checked
    const wanted = new Map(this.#topics().map((one) => [`${one.role} ${one.topic} ${qos}`, one]));
    for (const [role, subscription] of this.#subscriptions) {
      if (wanted.has(role)) continue;
      subscriptions.remove(subscription);
      this.#subscriptions.delete(role);
    }
    for (const [role, { topic, handler }] of wanted) {
      if (this.#subscriptions.has(role)) continue;
      this.#subscriptions.set(
        role,
        subscriptions.add(topic, qos, (_topic, payload, packet) => handler(payload, packet)),
      );
    }
  }

  silence(subscriptions: Subscriptions): void {
    for (const subscription of this.#subscriptions.values()) subscriptions.remove(subscription);
    this.#subscriptions.clear();
  }

  #topics(): { role: string; topic: string; handler: Handler }[] {
    const { config } = this;
    const missing = ["url_topic", "off_delay", "json_attributes_template", "url_template"].find((key) => key in config);
    if (missing !== undefined) throw new NotModelled(missing);
    if (config["encoding"] !== undefined && config["encoding"] !== "utf-8")
      throw new NotModelled("other encoding than utf-8");
    const own = Object.entries(this.#handlers).filter(([role]) => config[role] !== undefined);
    return [
      ...own.map(([role, handler]) => ({ role, topic: String(config[role]), handler })),
      ...Availability.topicsOf(config).map((topic) => ({
        role: "availability",
        topic,
        handler: (payload: Buffer) =>
          this.#availability.receive(topic, payload.toString("utf8"), this.config, (line) => this.warn(line)),
      })),
    ];
  }

  readonly #handlers: Record<string, Handler> = {
    state_topic: (payload, { retain: isRetained }) => {
      const { config, attributes } = this;
      const text = rendered(config["value_template"], payload.toString("utf8"), (line) => this.warn(line));
      this.#become(READ[this.is.platform]?.({ text, isRetained, config, attributes }) ?? {});
    },
    latest_version_topic: (payload) => {
      const template = this.config["latest_version_template"];
      const latest_version = rendered(template, payload.toString("utf8"), (line) => this.warn(line));
      this.#become(updated({ ...this.attributes, latest_version }));
    },
    json_attributes_topic: (payload) => {
      const attributes = parsed(payload.toString("utf8"));
      if (!isObject(attributes)) this.warn("JSON result was not a dictionary");
      else this.attributes = Object.fromEntries(Object.entries(attributes).filter(([name]) => !BLOCKED.has(name)));
    },
    image_topic: (payload) => this.#show(payload),
    topic: (payload) => this.#show(payload),
  };

  #become({ value, attributes, warn, ignore }: Outcome): void {
    if (warn !== undefined) this.warn(warn);
    if (ignore !== undefined) this.#house.ignore(`${this.is.id}: ${ignore}`);
    if (attributes) this.attributes = attributes;
    if (value === undefined) return;
    this.#value = value;
    this.#toldAt = Date.now();
  }

  #show(payload: Buffer): void {
    const { image_encoding: encoding, content_type: contentType = "image/jpeg" } = this.config;
    const bytes = encoding === "b64" ? Buffer.from(payload.toString("latin1"), "base64") : Buffer.from(payload);
    this.picture = { bytes, contentType: String(contentType) };
    this.#become({ value: this.is.platform === "camera" ? "idle" : new Date().toISOString() });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
