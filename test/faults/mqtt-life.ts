import { DEEDS } from "../../nodes/deeds";
import type { Simulator } from "../../src/simulator";
import type { House } from "../bridge/house";
import { device, flow } from "../harness/flows";
import type { FlowConfig } from "../harness/node-red";
import type { Random } from "./random";

/** By what a device has or not: keys of entities, and topics of states. */
const GROUPS = {
  always: {
    keys: `connected last_error event picture take_picture video video_size clients gpio_v3_usb_breaker kvmd_version
      uptime temperature throttled undervoltage frequency_capped keyboard_online mouse_online caps_lock num_lock
      scroll_lock ctrl_alt_del wake type type_enter reset_hid jiggler jiggler_interval`,
    topics: `availability clients gpio/v3_usb_breaker video video_size keyboard_online mouse_online caps_lock num_lock
      scroll_lock jiggler jiggler_interval uptime kvmd_version temperature throttled undervoltage frequency_capped`,
  },
  atx: {
    keys: "power power_state power_led hdd_led press_power press_power_long press_reset",
    topics: "power power_led hdd_led",
  },
  msd: { keys: "mount drive image storage_free eject", topics: "mount drive image storage_free" },
  switch: { keys: "port active_port", topics: "port" },
};
const words = (text: string): string[] => text.split(/\s+/);

/** Entities that command, and what is shown instead where they may not. */
const COMMANDING = new Map<string, string | undefined>([
  ...words("power press_power press_power_long press_reset ctrl_alt_del wake type type_enter reset_hid mount eject port")
    .map((key) => [key, undefined] as const), // prettier-ignore
  ["jiggler", "jiggler_state"],
  ["gpio_v3_usb_breaker", "gpio-state_v3_usb_breaker"],
]);
/** They come when something has happened. */
const SOMETIMES = new Set(["error", "picture"]);
const CONFIG = "homeassistant/device/pikvm_node/config";

/** A bridge, its device, and how they are set now. */
export class Life {
  readonly #house: House;
  readonly #simulator: Simulator;
  is = { there: true, discovery: true, readOnly: false, leftOut: "", prefix: "pikvm", topic: "", name: "bench" };

  constructor(house: House, simulator: Simulator) {
    this.#house = house;
    this.#simulator = simulator;
  }

  readonly acts: Record<string, (random: Random) => unknown> = {
    "the broker restarts": async (random) => {
      const { broker, topics } = this.#house;
      await (random.pick([true, false]) ? broker.stop() : broker.kill());
      topics.forget();
      await broker.start();
      await topics.untilSaid(`${this.#base}/availability`, "online");
    },
    "kvmd restarts": () => this.#simulator.restart(),
    "the device is unplugged": async () => {
      await this.#simulator.unplug();
      if (this.is.there) await this.#house.topics.untilSaid(`${this.#base}/availability`, "offline");
      await this.#simulator.plugIn();
    },
    "Home Assistant restarts": () => this.#house.homeAssistant.restart(),
    "the topic changes": (random) => this.#set({ topic: random.pick(["", "desk", "rack/7"]) }, random),
    "the prefix changes": (random) => this.#set({ prefix: random.pick(["pikvm", "lab/kvm"]) }, random),
    "the device gets another name": (random) => this.#set({ name: random.pick(["bench", "Bänch 2"]) }, random),
    "read only": (random) => this.#set({ readOnly: random.pick([true, false]) }, random),
    "left out": (random) => this.#set({ leftOut: random.pick(["", "uptime", "mount", "last_error", "gpio"]) }, random),
    "discovery off and on": async (random) => {
      await this.#set({ discovery: false }, random);
      await this.#set({ discovery: true }, random);
    },
    "removed or disabled, and back": async (random) => {
      const flowOf = random.pick([() => this.#flow({ d: true }), () => this.#flow(undefined)]);
      await this.#house.red.deploy(flowOf(), random.pick(["full", "flows", "nodes"]));
      this.is.there = false;
      await this.#house.until(() => this.wrong());
      this.is.there = true;
      await this.#deploy(random);
    },
    "deployed again": (random) => this.#deploy(random),
    "deleted in Home Assistant, and asked for again": async () => {
      const { homeAssistant, red } = this.#house;
      await this.#house.until(() => this.wrong());
      // It may not have heard of a new name yet.
      await this.#house.until(() => homeAssistant.deleteDevice(this.is.name).then(() => undefined, String));
      this.is.discovery = false;
      await this.#house.until(() => this.wrong());
      this.is.discovery = true;
      red.send("node", {});
    },
    "ATX comes or goes": (random) => (this.#simulator.state.atx.enabled = random.pick([true, false])),
    "the drive comes or goes": (random) => (this.#simulator.state.msd.enabled = random.pick([true, false])),
    "Switch units come or go": (random) => (this.#simulator.state.switch.units = random.pick([0, 1, 2])),
  };

  /** What is not as it should be; undefined when all is. */
  async wrong(): Promise<string | undefined> {
    const { homeAssistant, topics } = this.#house;
    const retained = [...(await topics.retained())].filter(([topic]) => !SOMETIMES.has(topic.split("/").at(-1) ?? ""));
    const isDiscovered = this.is.there && this.is.discovery;
    const wanted = this.is.there ? this.#topics.map((topic) => `${this.#base}/${topic}`) : [];
    const found = {
      topics: difference(retained.map(([topic]) => topic), isDiscovered ? [...wanted, CONFIG] : wanted), // prettier-ignore
      keys: difference(
        homeAssistant.entities.map(({ is }) => String(is.uniqueId).replace("pikvm_node_", "")),
        isDiscovered ? this.#keys : [],
      ),
      unavailable: homeAssistant.entities
        .filter(({ isAvailable, config }) => !isAvailable && config["enabled_by_default"] !== false)
        .map(({ is }) => is.id),
      availability: [...new Map(retained)].filter(([topic, text]) => topic.endsWith("/availability") && text !== "online"), // prettier-ignore
      orphans: homeAssistant.orphans,
      log: homeAssistant.log,
    };
    const bad = Object.entries(found).filter(([, list]) => list.length > 0);
    return bad.length > 0 ? JSON.stringify(Object.fromEntries(bad)) : undefined;
  }

  deploy(): Promise<void> {
    return this.#house.red.deploy(this.#flow({}));
  }

  get #base(): string {
    const name = (this.is.topic || this.is.name).normalize("NFKD").replace(/\p{M}/gu, "").replace(/\W+/g, "_");
    return `${this.is.prefix}/${name}`;
  }

  get #groups() {
    const { atx, msd, switch: units } = this.#simulator.state;
    const { always, ...own } = GROUPS;
    const has = { atx: atx.enabled, msd: msd.enabled, switch: units.units > 0 };
    return [always, ...(["atx", "msd", "switch"] as const).filter((name) => has[name]).map((name) => own[name])];
  }

  get #isLeftOut(): (key: string) => boolean {
    return (key) => this.is.leftOut !== "" && (key === this.is.leftOut || key.startsWith(`${this.is.leftOut}_`));
  }

  get #keys(): string[] {
    const keys = this.#groups.flatMap(({ keys }) => words(keys)).filter((key) => !this.#isLeftOut(key));
    if (!this.is.readOnly) return keys;
    return keys.flatMap((key) => (COMMANDING.has(key) ? (COMMANDING.get(key) ?? []) : key));
  }

  get #topics(): string[] {
    const topics = this.#groups.flatMap(({ topics }) => words(topics));
    return topics.filter((topic) => !this.#isLeftOut(topic.replace("/", "_")));
  }

  async #set(change: Partial<Life["is"]>, random: Random): Promise<void> {
    Object.assign(this.is, change);
    await this.#deploy(random);
  }

  #deploy(random: Random): Promise<void> {
    return this.#house.red.deploy(this.#flow({}), random.pick(["full", "flows", "nodes"]));
  }

  /** @param more of the bridge; undefined: without it. */
  #flow(more: object | undefined): FlowConfig {
    const { discovery, readOnly, leftOut, prefix, topic, name } = this.is;
    const own = { discovery, readOnly, prefix, topic, leftOut: leftOut === "" ? [] : [leftOut], commands: DEEDS };
    const nodes = more ? [this.#house.bridge({ ...own, ...more })] : [];
    return flow(...this.#house.broker.nodes(), device(this.#simulator, { name }), ...nodes);
  }
}

/** What is too much, or twice, and what is missing. */
function difference(found: readonly string[], wanted: readonly string[]): string[] {
  return [
    ...found.filter((one, index) => !wanted.includes(one) || found.indexOf(one) !== index).map((one) => `+${one}`),
    ...wanted.filter((one) => !found.includes(one)).map((one) => `-${one}`),
  ];
}
