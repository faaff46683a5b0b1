import { WebSocket } from "ws";
import type { PiKVM } from "../../src/client";
import type { Simulator } from "../../src/simulator";
import type { Random } from "./random";
import type { Wire } from "./wire";

/** All that may go wrong in one case. */
export interface Scene {
  sim: Simulator;
  kvm: PiKVM;
  wire: Wire;
  cancel: AbortController;
}

export interface Mishap {
  name: string;
  /** Milliseconds after which it happens. */
  after: number;
  /** The device forgets what it has not typed yet: */
  drops: boolean;
  /** and tells nobody who is not connected, or nobody at all. */
  isSecret?: "without an event connection" | "always";
  /** The client is gone with it. */
  ends?: true;
  happen: (scene: Scene) => unknown;
}

const HEADERS = { "X-KVMD-User": "admin", "X-KVMD-Passwd": "admin" };
const HID_CALL = /^\/api\/hid\/(print|events)/;

type Kind = (random: Random) => Omit<Mishap, "name" | "after">;

const KINDS: Readonly<Record<string, Kind>> = {
  cancel: () => ({ drops: false, happen: ({ cancel }) => cancel.abort() }),
  "the device is closed": () => ({ drops: true, ends: true, happen: ({ kvm }) => kvm.close() }),
  "the program is killed": () => ({ drops: true, ends: true, happen: ({ wire }) => wire.cut() }),
  "sessions break": () => ({ drops: true, happen: ({ sim }) => sim.dropSessions() }),
  "kvmd restarts": () => ({ drops: true, happen: ({ sim }) => sim.restart({ downFor: 500 }) }),
  "kvmd is killed": () => ({
    drops: true,
    happen: async ({ sim }) => {
      sim.kill();
      await sim.restart({ downFor: 500 });
    },
  }),
  "the network breaks": () => ({ drops: true, happen: ({ sim }) => sim.breakNetwork(150) }),
  "somebody visits": (random) => ({
    drops: true,
    isSecret: "without an event connection",
    happen: ({ sim }) => visit(sim, random.below(2)),
  }),
  "somebody resets": () => ({
    drops: true,
    isSecret: "always",
    happen: ({ sim }) => fetch(`${sim.url}/api/hid/reset`, { method: "POST", headers: HEADERS }).catch(() => undefined),
  }),
  "the device is busy": (random) => {
    const [ms, times] = [50 + random.below(350), 1 + random.below(3)];
    return {
      drops: false,
      happen: ({ sim }) => void sim.faults.add({ kind: "delay", ms, times, method: "POST", path: HID_CALL }),
    };
  },
  "an answer is lost": () => ({
    drops: false,
    happen: ({ sim }) => void sim.faults.add({ kind: "reset", after: true, times: 1, method: "POST", path: HID_CALL }),
  }),
  "all is busy": (random) => {
    const ms = 50 + random.below(150);
    return { drops: false, happen: () => block(ms) };
  },
};

export function someMishaps(random: Random): Mishap[] {
  const names = Object.keys(KINDS);
  return Array.from({ length: random.below(4) }, () => {
    const name = random.pick(names);
    const made = KINDS[name]?.(random);
    if (!made) throw new Error(`no mishap is called ${name}`);
    return { name, after: 20 + random.below(600), ...made };
  });
}

/** Somebody else connects to the device and leaves it. */
async function visit({ url }: Simulator, stream: number): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/ws?stream=${stream}`, { headers: HEADERS });
  socket.on("error", () => undefined).on("message", () => socket.terminate());
  await new Promise((resolve) => socket.on("close", resolve));
}

/** Nothing else is done in this process meanwhile. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
