import { isDeepStrictEqual } from "node:util";
import type { Config } from "./check";
import { configOf, placeOf, readDiscovery, type Component, type Discovered, type Place } from "./discovery";
import { Entity, type House } from "./entity";
import { deviceName, entityId, saysDeviceTwice } from "./names";
import { Refused } from "./refused";
import type { Subscriptions } from "./subscriptions";

/** What is remembered of an entity over a restart. */
interface Remembered {
  readonly id: string;
  isDisabled: boolean;
}

/** The newest message of a topic. */
interface Message {
  readonly discovered: Discovered;
  readonly at: number;
}

/** All that was found by discovery messages. */
export class Registry {
  readonly #house: House;
  readonly #prefix: string;
  readonly #inWork: number;
  readonly #live = new Map<string, Entity>();
  readonly #remembered = new Map<string, Remembered>();
  /** What each component was last told. */
  readonly #told = new Map<string, object>();
  readonly #messages = new Map<string, Message>();

  /** @param inWork milliseconds for which a message is in work: the next one of its topic loses parts meanwhile */
  constructor(house: House, prefix: string, inWork: number) {
    this.#house = house;
    this.#prefix = prefix;
    this.#inWork = inWork;
  }

  get entities(): Entity[] {
    return [...this.#live.values()];
  }

  /** Each once, however many topics tell of it. */
  get devices(): Config[] {
    return this.entities
      .map(({ device }) => device)
      .filter((device, index, all) => all.findIndex((one) => isSame(one, device)) === index);
  }

  /** Ids of entities that a person would have to delete: nobody tells of them any more, and nobody took them back. */
  get orphans(): string[] {
    const components = [...this.#messages.values()].flatMap(({ discovered }) => discovered.components);
    const told = components.filter(({ given }) => given).map(keyOf);
    const alive = [...this.#live].filter(([key]) => told.includes(key)).map(([, { is }]) => is.id);
    return [...this.#remembered.values()].map(({ id }) => id).filter((id) => !alive.includes(id));
  }

  isDisabled({ is }: Entity): boolean {
    return this.#rememberedOf(is.platform, is.uniqueId)?.isDisabled ?? false;
  }

  enable(entity: Entity, subscriptions: Subscriptions): void {
    const remembered = this.#rememberedOf(entity.is.platform, entity.is.uniqueId);
    if (remembered) remembered.isDisabled = false;
    entity.listen(subscriptions);
  }

  /** As at a restart: what is remembered is only that there was something. */
  forget(): void {
    this.#live.clear();
    this.#told.clear();
    this.#messages.clear();
  }

  /** A message on a discovery topic. */
  take(topic: string, payload: string, subscriptions: Subscriptions): void {
    try {
      const place = placeOf(topic, this.#prefix);
      if (payload === "") this.removeAllOf(topic, subscriptions);
      else this.#takeMessage(topic, payload, place, subscriptions);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#house.warn(error.message);
    }
  }

  /** All that was found by the messages of a topic. */
  removeAllOf(topic: string, subscriptions: Subscriptions): void {
    for (const [key, entity] of this.#live) if (entity.is.topic === topic) this.#remove(key, entity, subscriptions);
    this.#messages.delete(topic);
  }

  #takeMessage(topic: string, payload: string, place: Place, subscriptions: Subscriptions): void {
    const discovered = readDiscovery(payload, place);
    const changed = discovered.components.filter((one) => this.#isChanged(one, discovered));
    const before = this.#messages.get(topic);
    this.#messages.set(topic, { discovered, at: Date.now() });
    for (const line of discovered.ignored) this.#house.ignore(`${topic}: ${line}`);
    const isInWork = before !== undefined && changed.length > 0 && Date.now() - before.at < this.#inWork;
    if (isInWork) this.#house.warn(`${topic}: only the first component was taken, the message before it is in work`);
    for (const component of isInWork ? discovered.components.slice(0, 1) : changed)
      this.#takeComponent(topic, component, discovered, subscriptions);
  }

  /** What is told again is ignored. */
  #isChanged(component: Component, discovered: Discovered): boolean {
    const key = keyOf(component);
    if (!component.given) return this.#live.has(key);
    return !isDeepStrictEqual(this.#told.get(key), told(component, discovered));
  }

  #takeComponent(topic: string, component: Component, discovered: Discovered, subscriptions: Subscriptions): void {
    const entity = this.#live.get(keyOf(component));
    if (!component.given) {
      if (entity) this.#remove(keyOf(component), entity, subscriptions);
      return;
    }
    try {
      const config = configOf(component);
      if (entity) entity.update(config, discovered.device);
      const one = entity ?? this.#add(topic, component, config, discovered.device);
      if (!one) return;
      this.#told.set(keyOf(component), told(component, discovered));
      if (!this.isDisabled(one)) one.listen(subscriptions);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#house.warn(
        `Error '${error.message}' when processing MQTT discovery message topic: '${topic}', ${component.id}`,
      );
    }
  }

  #add(topic: string, component: Component, config: Config, device: Config): Entity | undefined {
    const { platform } = component;
    const uniqueId = config["unique_id"] as string | undefined; // as checked
    const others = this.entities.filter(({ is }) => is.platform === platform && is.uniqueId === uniqueId);
    if (uniqueId !== undefined && others.length > 0) {
      const line = `Platform mqtt does not generate unique IDs. ID ${uniqueId} already exists - ignoring ${component.id}`;
      this.#house.warn(line);
      return undefined;
    }
    const id =
      this.#rememberedOf(platform, uniqueId)?.id ?? entityId(platform, config, device, (one) => this.#isTaken(one));
    if (saysDeviceTwice(platform, config, device))
      this.#house.warn(`${id}: the name begins with "${deviceName(device)}"`);
    if (uniqueId !== undefined && !this.#rememberedOf(platform, uniqueId))
      this.#remembered.set(`${platform} ${uniqueId}`, { id, isDisabled: config["enabled_by_default"] === false });
    const entity = new Entity(this.#house, { platform, id, uniqueId, topic }, config, device);
    this.#live.set(keyOf(component), entity);
    return entity;
  }

  #remove(key: string, entity: Entity, subscriptions: Subscriptions): void {
    entity.silence(subscriptions);
    this.#live.delete(key);
    this.#told.delete(key);
    this.#remembered.delete(`${entity.is.platform} ${String(entity.is.uniqueId)}`);
  }

  #rememberedOf(platform: string, uniqueId: string | undefined): Remembered | undefined {
    return this.#remembered.get(`${platform} ${String(uniqueId)}`);
  }

  #isTaken(id: string): boolean {
    return this.entities.some(({ is }) => is.id === id) || [...this.#remembered.values()].some((one) => one.id === id);
  }
}

/** By this it knows a component again. */
const keyOf = ({ platform, id }: Component): string => `${platform} ${id}`;

const told = ({ given }: Component, { device, origin }: Discovered): object => ({ given, device, origin });

/** Devices with one identifier or connection in common are one. */
function isSame(one: Config, other: Config): boolean {
  const marks = ({ identifiers = [], connections = [] }: Config): string[] =>
    [...[identifiers].flat(), ...(connections as unknown[])].map((mark) => JSON.stringify(mark)); // lists, as checked
  return one === other || marks(one).some((mark) => marks(other).includes(mark));
}
