/** 200 devices on a broker, each of which changes something once a second. The broker is a process of its own. */
import path from "node:path";
import { pause, startFleet } from "../fleet.mjs";
import { timed } from "../measure.mjs";

export const title = "MQTT bridge";

const DEVICES = 200;

export function rows({ short }) {
  const seconds = short ? 3 : 15;
  return [
    {
      title: `${DEVICES} devices on a broker, a change a second each`,
      measured: ["changes", { kind: "bridge", seconds }],
      against: [
        {
          title: "their events alone",
          job: ["changes", { kind: "events", seconds }],
          differences: { core: { most: 15 } },
        },
      ],
      absolute: { published: { least: 0.95 * DEVICES, mustHold: true } },
      fresh: true,
      warmUp: false,
      rounds: short ? 1 : 3,
    },
  ];
}

export async function prepare(context) {
  const fleet = await startFleet(context);
  const { tell, checkout } = context;
  const { Mosquitto } = (await import(path.join(checkout, "dist/test/harness/mosquitto.js"))).default;
  return {
    /** @returns `core` in percent, and `published` in messages a second that a client of the broker got. */
    async changes({ kind, seconds }) {
      const broker = new Mosquitto();
      await broker.start();
      await fleet.deploy({ kind, devices: DEVICES, more: broker.nodes() });
      if (!(await fleet.listeners(DEVICES))) throw new Error("they do not all listen");
      await tell("pace", { perSecond: DEVICES });
      // Home Assistant is told of all of them, and what is compiled with the first changes is not counted.
      await pause(8000);
      const { cpu, seconds: length } = await timed(() => pause(seconds * 1000));
      const published = await publishedIn(broker, seconds);
      await tell("pace");
      await fleet.nodeRed.deploy([]);
      await broker.stop();
      return { core: (100 * cpu) / length, published: kind === "bridge" ? published : DEVICES };
    },
  };
}

async function publishedIn(broker, seconds) {
  const client = await broker.connect();
  let count = 0;
  await client.subscribeAsync("pikvm/+/caps_lock");
  await pause(500);
  client.on("message", () => (count += 1));
  await pause(seconds * 1000);
  await client.endAsync();
  return count / seconds;
}
