import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import type { FlowConfig } from "../harness/node-red";
import { until } from "../harness/until";

/** Bytes of an image, and how many go over the network in a second. */
const SIZE = 4_000_000;
const PACE = 400_000;
const TEXT = "0123456789".repeat(30);
/** What somebody else has left there, on the device and beside the file that is saved. */
const THEIRS = "theirs.iso";
const THEIR_PART = "saved.iso.00000000-0000-4000-8000-000000000000.part";

interface Work {
  type: string;
  inputs: Inputs;
  /** Whether it goes on now. */
  isUnderWay: (simulator: Simulator, folder: string) => boolean | Promise<boolean>;
}

const MACRO = JSON.stringify([
  { event_type: "key", event: { key: "ControlLeft", state: true } },
  { event_type: "delay", event: { millis: 60_000 } },
  { event_type: "key", event: { key: "ControlLeft", state: false } },
]);

const WORKS: Readonly<Record<string, Work>> = {
  upload: {
    type: "pikvm-msd-image",
    inputs: { action: ["choice", "upload"], source: ["str", "given.iso"], storeAs: ["str", "half.iso"] },
    isUnderWay: ({ state }) => (state.msd.storage.files.get("half.iso")?.written ?? 0) > 0,
  },
  download: {
    type: "pikvm-msd-image",
    inputs: { action: ["choice", "download"], image: ["str", "there.iso"], file: ["str", "saved.iso"] },
    isUnderWay: async (_, folder) => (await partsIn(folder)).length > 1,
  },
  typing: {
    type: "pikvm-hid-keys",
    inputs: { action: ["choice", "text"], text: ["str", TEXT] },
    isUnderWay: ({ host }) => host.typed.length > 5,
  },
  "key held": {
    type: "pikvm-hid-keys",
    inputs: { action: ["choice", "key"], key: ["str", "F2"], hold: ["num", "600"] },
    isUnderWay: ({ host }) => host.heldKeys.includes("F2"),
  },
  "button pressed": {
    type: "pikvm-hid-mouse",
    inputs: { action: ["choice", "press"], atX: ["num", "10"], atY: ["num", "10"] },
    isUnderWay: ({ host }) => host.mouse.buttons.size > 0,
  },
  macro: {
    type: "pikvm-hid-macro",
    inputs: { source: ["choice", "macro"], macro: ["stored", MACRO] },
    isUnderWay: ({ host }) => host.heldKeys.length > 0,
  },
  wait: {
    type: "pikvm-wait-until",
    inputs: { path: ["str", "atx.leds.hdd"], timeout: ["num", "600"] },
    isUnderWay: ({ sessions }) => sessions > 0,
  },
};

const partsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(".part"));

/** Devices on which much goes on at once, each with a node that does it. */
export class Works {
  readonly #simulators = new Map<string, Simulator>();
  /** Where nodes read and write files. */
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(folder: string): Promise<Works> {
    const works = new Works(folder);
    await mkdir(folder);
    await writeFile(path.join(folder, "given.iso"), Buffer.alloc(SIZE));
    await writeFile(path.join(folder, THEIR_PART), "theirs");
    for (const name of Object.keys(WORKS)) {
      const simulator = await startSimulator({ tls: false, power: true, images: { "there.iso": SIZE } });
      for (const what of ["write", "read"])
        simulator.faults.add({ kind: "slow", bytesPerSecond: PACE, path: new RegExp(`^/api/msd/${what}`) });
      const { storage } = simulator.state.msd;
      storage.close(storage.create(THEIRS, SIZE));
      works.#simulators.set(name, simulator);
    }
    return works;
  }

  /** An inject node "begin" sets all going. */
  get flow(): FlowConfig {
    const names = Object.keys(WORKS);
    const nodes = names.flatMap((name) => {
      const { type, inputs } = this.#workOf(name);
      const config = { id: `device ${name}`, name, trust: "none", filesFrom: this.#folder };
      const own = node(type, { ...fields(inputs), id: name, device: config.id, wires: [["result"], ["result"]] });
      return [device(this.#simulatorOf(name), config), own];
    });
    const begin = node("inject", { id: "begin", once: false, props: [{ p: "payload" }], wires: [names] });
    return flow(begin, ...nodes);
  }

  async areUnderWay(): Promise<void> {
    // Side by side: one that begins late must not let another end unseen.
    const seen = Object.keys(WORKS).map((name) =>
      until(() => this.#workOf(name).isUnderWay(this.#simulatorOf(name), this.#folder), {
        what: `${name} to be under way`,
      }),
    );
    await Promise.all(seen);
  }

  /** What the devices are asked to change from now on. */
  forget(): void {
    for (const simulator of this.#simulators.values()) {
      this.#seen.set(simulator, simulator.requests.at(-1));
      simulator.host.forget();
    }
  }

  readonly #seen = new Map<Simulator, Simulator["requests"][number] | undefined>();

  /** @returns what is still down, when the devices have had the time to type what they had. */
  async held(): Promise<string[]> {
    const all = [...this.#simulators.values()];
    for (const { state } of all) await until(() => state.hid.gadget.pending === 0);
    await until(() => all.every((simulator) => simulator.working === 0));
    return all.flatMap(({ host }) => [...host.heldKeys, ...host.mouse.buttons]);
  }

  /** @returns what is wrong with what is left of the transfers. */
  async rest(): Promise<string[]> {
    const { storage } = this.#simulatorOf("upload").state.msd;
    const parts = () => partsIn(this.#folder);
    await until(async () => !storage.files.has("half.iso") && (await parts()).length <= 1, { timeout: 20_000 }).catch(() => undefined); // prettier-ignore
    const left = [...(await parts()), ...[...storage.files.keys()].filter((name) => name !== "there.iso")];
    const theirs = [THEIR_PART, THEIRS];
    const extra = left.filter((name) => !theirs.includes(name)).map((name) => `${name} is left`);
    return [...extra, ...theirs.filter((name) => !left.includes(name)).map((name) => `${name} was removed`)];
  }

  /** @returns what was done since `forget`, but for the removal of half an upload. */
  get repeated(): string[] {
    return [...this.#simulators.entries()].flatMap(([name, { requests, host }]) => {
      const last = this.#seen.get(this.#simulatorOf(name));
      const since = last ? requests.slice(requests.lastIndexOf(last) + 1) : requests;
      const changes = since.filter(({ method, path }) => method !== "GET" && path !== "/api/msd/remove");
      const typed = host.typed === "" ? [] : [`${name}: typed ${host.typed}`];
      return [...changes.map(({ path }) => `${name}: ${path}`), ...typed];
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#simulators.values()].map((simulator) => simulator.close()));
  }

  #workOf(name: string): Work {
    const work = WORKS[name];
    if (!work) throw new Error(`nothing is called ${name}`);
    return work;
  }

  #simulatorOf(name: string): Simulator {
    const simulator = this.#simulators.get(name);
    if (!simulator) throw new Error(`no device is there for ${name}`);
    return simulator;
  }
}
