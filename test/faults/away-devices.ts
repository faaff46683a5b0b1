import { scaledClock, startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator";
import type { Answer, Order, Target } from "./away";

/** Pictures a second, of a clock that runs fast. */
const FPS = 1;

const DEVICES: { auth: string; options: SimulatorOptions }[] = [
  { auth: "headers", options: { tls: true } },
  { auth: "session", options: { tls: true } },
  { auth: "session", options: { tls: false } },
  { auth: "basic", options: { tls: false } },
];

/** The process that `Away` starts. */
async function main(speed: number): Promise<void> {
  const clock = scaledClock(speed);
  const devices = await Promise.all(
    DEVICES.map(async ({ options }) => {
      const images = { "a.iso": 1_000_000 };
      const device = await startSimulator({ ...options, clock, images, switchUnits: 1, relayBoard: true, power: true });
      device.state.streamer.config.params.desired_fps = FPS;
      device.state.streamer.params.desired_fps = FPS;
      return device;
    }),
  );
  process.on("message", ({ number, device, order }: { number: number; device: number; order: Order }) => {
    const answer = (given: Answer) => process.send?.({ order: number, answer: given });
    const simulator = devices[device];
    if (simulator) void carryOut(simulator, order).then(answer);
  });
  // Nobody is there any more.
  process.on("disconnect", () => process.exit());
  process.send?.(
    devices.map(({ url, fingerprint }, at): Target => ({ url, fingerprint, auth: DEVICES[at]?.auth ?? "" })),
  );
}

async function carryOut(device: Simulator, order: Order): Promise<Answer> {
  switch (order.kind) {
    case "look": {
      const { connections, sessions, working, clock } = device;
      return { connections, sessions, working, now: clock.now() };
    }
    case "outage":
      await device.unplug();
      await new Promise<void>((resolve) => device.clock.setTimeout(resolve, order.ms));
      await device.plugIn();
      break;
    case "restart":
      await device.restart();
      break;
    case "expire":
      device.state.auth.stop();
      break;
    case "drop":
      device.dropSessions();
      break;
    case "fault":
      device.faults.add(order.fault);
      break;
    case "mend":
      device.faults.clear();
  }
  return undefined;
}

void main(Number(process.argv[2]));
