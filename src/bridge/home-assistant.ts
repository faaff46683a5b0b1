import { readJson } from "../client/http/json";
import { isRecord } from "../client/http/shape";
import { safeName } from "../schema/topics";
import type { Channel } from "./channel";
import type { Entity } from "./entity";
import type { Left } from "./left";
import { SET } from "./topics";

/** How a device is told to Home Assistant. */
export interface Described {
  /** Identity of the device: letters, digits, `_` and `-`. */
  id: string;
  base: string;
  device: Readonly<Record<string, unknown>>;
  origin: Readonly<Record<string, unknown>>;
  availability: readonly object[];
}

export type Component = Readonly<Record<string, unknown>> & { platform: string };
type Components = Readonly<Record<string, Component>>;

/** What is published for one entity. */
export function componentOf(entity: Entity, name: string, { id, base }: Described): Component {
  const { key, platform, topic = key, value, command, config } = entity;
  return {
    platform,
    unique_id: `${id}_${key}`,
    name,
    default_entity_id: `${platform}.${safeName(base)}_${key}`.toLowerCase().replaceAll("-", "_"),
    ...(value === undefined ? {} : { [platform === "image" ? "image_topic" : "state_topic"]: `${base}/${topic}` }),
    ...(command ? { command_topic: `${base}/${topic}/${SET}` } : {}),
    ...config,
  };
}

interface Heard {
  /** Home Assistant has had the time to work through all that it was told. */
  settled(): void;
  /** Topics of states that an earlier bridge has published. */
  states(topics: string[]): void;
}

/** Seconds between two messages of a device: Home Assistant loses parts of what comes sooner. */
const REST = 2;

/** The retained message by which Home Assistant knows a device. */
export class Discovery {
  readonly #channel: Channel;
  readonly #topic: string;
  readonly #heard: Heard;
  /** By key the platforms of all that Home Assistant may know. */
  readonly #known: Map<string, string>;
  #wanted: { described: Described; components: Components } | undefined;
  #sent = "";
  #timer: NodeJS.Timeout | undefined;
  #isWithdrawn = false;
  #isSettled = false;
  readonly #unsubscribe: () => void;

  /** @param known by an earlier bridge: the broker may have lost its message. */
  constructor(channel: Channel, topic: string, heard: Heard, known: Left["components"] = []) {
    this.#known = new Map(known);
    this.#channel = channel;
    this.#topic = topic;
    this.#heard = heard;
    this.#unsubscribe = channel.subscribe(topic, ({ payload, isRetained }) => {
      // Somebody has removed the device there. It comes back when it is asked for.
      if (payload.length === 0) this.#isWithdrawn = this.#sent !== "";
      else if (isRetained && payload.toString("utf8") !== this.#sent) this.#learn(payload);
    });
  }

  /** Where its message is. */
  get topic(): string {
    return this.#topic;
  }

  get components(): Left["components"] {
    return this.#known;
  }

  /** Whether Home Assistant knows by now what there is. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** What shall be there from now on. */
  show(described: Described, components: Components): void {
    this.#wanted = { described, components };
    this.#soon();
  }

  /** The broker may have lost what it had. @param isAsked also what somebody has removed shall be there again. */
  again(isAsked: boolean): void {
    if (isAsked) this.#isWithdrawn = false;
    if (!this.#isWithdrawn) this.#sent = "";
    this.#soon();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#wanted = undefined;
    this.#unsubscribe();
  }

  /** What an earlier bridge has published. */
  #learn(payload: Buffer): void {
    const components = componentsIn(payload);
    for (const [key, { platform }] of components) if (typeof platform === "string") this.#known.set(key, platform);
    const topics = components.flatMap(([, { state_topic: state, image_topic: image }]) => [state, image]);
    this.#heard.states(topics.filter((topic) => typeof topic === "string"));
  }

  #soon(): void {
    this.#isSettled = false;
    this.#timer ??= setTimeout(() => this.#publish(), REST * 1000);
  }

  #publish(): void {
    this.#timer = undefined;
    if (!this.#wanted || !this.#channel.isConnected) return;
    const { described, components } = this.#wanted;
    const gone = [...this.#known].filter(([key]) => !Object.hasOwn(components, key));
    const payload = JSON.stringify({
      device: described.device,
      origin: described.origin,
      availability: described.availability,
      availability_mode: "all",
      qos: 1,
      // With nothing but its platform a component is removed; left out, it would stay for ever.
      components: { ...components, ...Object.fromEntries(gone.map(([key, platform]) => [key, { platform }])) },
    });
    if (this.#isWithdrawn || payload === this.#sent) {
      // Not sooner: what is lost with the broker's connection is sent once more.
      for (const [key] of gone) this.#known.delete(key);
      this.#isSettled = true;
      this.#heard.settled();
      return;
    }
    this.#sent = payload;
    for (const [key, { platform }] of Object.entries(components)) this.#known.set(key, platform);
    void this.#channel.publish({ topic: this.#topic, payload, retain: true });
    this.#timer = setTimeout(() => this.#publish(), REST * 1000);
  }
}

function componentsIn(payload: Buffer): [key: string, component: Record<string, unknown>][] {
  try {
    const { components } = readJson(payload.toString("utf8")) as { components?: unknown };
    if (!isRecord(components)) return [];
    return Object.entries(components).flatMap(([key, component]) => (isRecord(component) ? [[key, component]] : []));
  } catch {
    // It is none of ours, and will be replaced.
    return [];
  }
}
