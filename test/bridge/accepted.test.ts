import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { Simulator } from "../../src/simulator";
import { AGES, deviceOf } from "../ages/device";
import { device, flow } from "../harness/flows";
import { until } from "../harness/until";
import { House } from "./house";

const house = new House();

/** A device, how its node is set, and which entities it then has of those that not every device has. */
interface Kind {
  make: () => Promise<Simulator>;
  settings?: object;
  has: string[];
}

const ATX = ["press_power", "press_power_long", "press_reset", "power", "power_state", "power_led", "hdd_led"];
const MSD = ["mount", "drive", "image", "storage_free", "eject"];
const SWITCH = ["port", "active_port"];

const ofAge = (kvmd: string): Kind => ({ make: async () => house.keep(await deviceOf(kvmd)), has: [...ATX, ...MSD] });

const KINDS: Record<string, Kind> = {
  ...Object.fromEntries(AGES.map((age) => [`kvmd ${age}`, ofAge(age)])),
  "without ATX": { make: () => changed(({ atx }) => (atx.enabled = false)), has: MSD },
  "without MSD": { make: () => changed(({ msd }) => (msd.enabled = false)), has: ATX },
  "with its power by GPIO": {
    make: () =>
      changed(({ atx, gpio }) => {
        atx.enabled = false;
        gpio.addInput("sense");
        gpio.addOutput("button", { pulse: { delay: 0.2 } });
        gpio.addOutput("reset", { pulse: { delay: 0.2 } });
      }),
    settings: {
      ...{ powerKnownBy: "gpio", powerInput: "sense" },
      ...{ powerPressedBy: "gpio", powerOutput: "button", resetOutput: "reset" },
    },
    has: ["press_power", "press_power_long", "press_reset", "power", "power_state", ...MSD],
  },
  "with two Switch units": { make: () => house.simulator({ switchUnits: 2 }), has: [...ATX, ...MSD, ...SWITCH] },
};

const SOME = [...ATX, ...MSD, ...SWITCH];

async function changed(change: (state: Simulator["state"]) => void): Promise<Simulator> {
  const simulator = await house.simulator();
  change(simulator.state);
  return simulator;
}

const prefixOf = (name: string): string => `pikvm_${name.replace(/\W+/g, "_")}_`.toLowerCase();

before(async () => {
  await house.built();
  const nodes = await Promise.all(
    Object.entries(KINDS).map(async ([name, { make, settings = {} }], index) => [
      device(await make(), { id: `device${index}`, name, trust: "none", ...settings }),
      house.bridge({ id: `bridge${index}`, device: `device${index}` }),
    ]),
  );
  await house.red.deploy(flow(...house.broker.nodes(), ...nodes.flat()));
});

for (const [name, { has }] of Object.entries(KINDS))
  test(`a device ${name} has what it can do, each with a state`, async () => {
    const { homeAssistant } = house;
    await homeAssistant.untilState(`binary_sensor.${prefixOf(name)}connected`, "on");
    const own = () => homeAssistant.entities.filter(({ is }) => is.id.includes(`.${prefixOf(name)}`));
    const keys = own().map(({ is }) => is.id.replace(/^.*?\.pikvm_/, "pikvm_").slice(prefixOf(name).length));
    assert.deepEqual(keys.filter((key) => SOME.includes(key)).sort(), [...has].sort());
    const wanted = own().filter(
      ({ is, config }) => TOLD.includes(is.platform) && config["enabled_by_default"] !== false,
    );
    const isTold = () => wanted.every((one) => one.state !== "unavailable" && (one.state !== "unknown" || isPort(one)));
    await until(isTold, { what: "a state of each" });
  });

/** They have a state whatever happens. */
const TOLD = ["switch", "text", "select"];
/** A chain shows no port before one is chosen. */
const isPort = ({ is }: { is: { id: string } }): boolean => is.id.endsWith("_port");

test("Home Assistant had nothing to say about any", () => house.assertClean());
