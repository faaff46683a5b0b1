import assert from "node:assert/strict";
import { after, before } from "node:test";
import { DEEDS } from "../../nodes/deeds";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator";
import { device, flow, node } from "../harness/flows";
import { Mosquitto } from "../harness/mosquitto";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { BETWEEN_VISITS, Topics } from "../harness/topics";
import { HomeAssistant } from "../home-assistant/home-assistant";

/** A broker, a Node-RED and a Home Assistant for the tests of a file, which deploy bridges of their own devices. */
export class House {
  readonly red = NodeRed.duringTests({ withMqtt: true });
  readonly broker = new Mosquitto().duringTests();
  readonly #simulators: Simulator[] = [];
  #topics: Topics | undefined;
  #homeAssistant: HomeAssistant | undefined;
  #isBuilt: Promise<void> | undefined;

  constructor() {
    before(() => this.built());
    after(async () => {
      await this.#homeAssistant?.close();
      await this.#topics?.close();
      await Promise.all(this.#simulators.map((simulator) => simulator.close()));
    });
  }

  get topics(): Topics {
    assert.ok(this.#topics);
    return this.#topics;
  }

  get homeAssistant(): HomeAssistant {
    assert.ok(this.#homeAssistant);
    return this.#homeAssistant;
  }

  async simulator(options: SimulatorOptions = {}): Promise<Simulator> {
    return this.keep(await startSimulator({ images: { "boot.iso": 1000, "disk.img": 2000 }, ...options }));
  }

  /** Closed when the tests are over. */
  keep(simulator: Simulator): Simulator {
    this.#simulators.push(simulator);
    return simulator;
  }

  /** One bridge with all commands, as it stands in the flow. */
  bridge(overrides: Record<string, unknown> = {}) {
    return node("pikvm-mqtt-bridge", { broker: "broker", commands: DEEDS, ...overrides });
  }

  /** Resolves when Home Assistant knows the device. */
  async deploy(
    simulator: Simulator,
    { settings = {}, own = {} }: { settings?: object; own?: Record<string, unknown> } = {},
  ): Promise<void> {
    await this.built();
    await this.red.deploy(flow(...this.broker.nodes(), device(simulator, settings), this.bridge(own)));
    await this.homeAssistant.untilState("binary_sensor.pikvm_bench_connected", "on");
  }

  /** Waits until nothing is wrong; the error says what was. */
  async until(wrong: () => Promise<string | undefined>): Promise<void> {
    let last: string | undefined;
    const isRight = async (): Promise<boolean> => (last = await wrong()) === undefined;
    await until(isRight, { timeout: 30_000, pause: BETWEEN_VISITS }).catch(() => {
      throw new Error(last);
    });
  }

  /** What Home Assistant would complain about, and what nobody may have left. */
  assertClean(): void {
    const { log, ignored, orphans } = this.homeAssistant;
    assert.deepEqual({ log, ignored, orphans }, { log: [], ignored: [], orphans: [] });
  }

  /** Resolves when all of it runs: hooks of a file's top level run side by side. */
  built(): Promise<void> {
    this.#isBuilt ??= this.#build();
    return this.#isBuilt;
  }

  async #build(): Promise<void> {
    await this.broker.start();
    this.#topics = await Topics.of(this.broker);
    this.#homeAssistant = await HomeAssistant.of(this.broker);
  }
}
