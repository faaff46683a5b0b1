import { after, afterEach, before } from "node:test";
import type { Broker } from "../harness/broker";
import { Topics } from "../harness/topics";
import type { Config } from "./check";
import { HomeAssistant } from "./home-assistant";

export const DEVICE = { identifiers: ["serial-1"], name: "Desk" };
export const STATUS = "homeassistant/status";
export const TOPIC = "homeassistant/device/desk/config";
export const POWER = {
  platform: "switch",
  unique_id: "power",
  name: "Power",
  command_topic: "t/set",
  state_topic: "t/state",
};
export const HEAT = { platform: "sensor", unique_id: "heat", state_topic: "t/heat", device_class: "temperature" };

/** A message about the device. */
export const message = (components: Config, shared: Config = {}): Config => ({
  device: DEVICE,
  origin: { name: "tests" },
  components,
  ...shared,
});

export const idsOf = (home: HomeAssistant): string[] => home.entities.map(({ is }) => is.id);

type Options = Parameters<typeof HomeAssistant.of>[1];

/** The tests' side: a Home Assistant, and somebody who publishes on its broker. */
export class Desk {
  readonly broker: Broker;
  #topics: Topics | undefined;
  #homeAssistant: HomeAssistant | undefined;

  private constructor(broker: Broker) {
    this.broker = broker;
  }

  /** Of the tests of the suite that calls this. */
  static duringTests(broker: Broker): Desk {
    const desk = new Desk(broker.duringTests());
    before(async () => (desk.#topics = await Topics.of(broker)));
    afterEach(() => desk.#homeAssistant?.stop());
    after(() => desk.#topics?.close());
    return desk;
  }

  get topics(): Topics {
    if (!this.#topics) throw new Error("there is no recorder yet");
    return this.#topics;
  }

  /** A new one, at a broker without any retained message. */
  async homeAssistant(options: Options = {}): Promise<HomeAssistant> {
    const retained = await this.topics.retained();
    for (const topic of retained.keys()) await this.topics.publish(topic, "", { retain: true });
    this.topics.forget();
    this.#homeAssistant = await HomeAssistant.of(this.broker, { inWork: 0, ...options });
    return this.#homeAssistant;
  }

  /** Publishes a discovery message, and waits until Home Assistant has taken it. */
  tell(message: Config | string, topic = TOPIC): Promise<void> {
    return this.say(topic, typeof message === "string" ? message : JSON.stringify(message), true);
  }

  /** Publishes anything, and waits until Home Assistant has taken it. */
  async say(topic: string, payload: string | Buffer, retain = false): Promise<void> {
    await this.topics.publish(topic, payload, { retain });
    await this.#homeAssistant?.settled();
  }
}
