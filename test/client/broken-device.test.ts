import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test, type TestContext } from "node:test";
import { PiKVMError, type PiKVM } from "../../src/client";
import { startSimulator } from "../../src/simulator";
import { client, httpServer, SECRETS, SIDE_BY_SIDE, textFrame, webSocketServer } from "./kit";

/** What a broken device sends instead of what it should. */
const INSTEAD = [null, "x", {}, undefined];
/** How deep a state is broken. */
const DEPTH = 3;
/** Of a table with more rows, one row stands for all. */
const MANY = 8;

type Call = (kvm: PiKVM) => Promise<unknown>;

/** In seconds. */
const SOON = { timeout: 0.01 };

/** By the path of an answer: who relies on its shape, besides those of `shapes.test.ts`. */
const READERS: Record<string, Call[]> = {
  "/api/atx": [(kvm) => kvm.power.getState()],
  "/api/hid": [(kvm) => kvm.hid.getState()],
  "/api/msd": [(kvm) => kvm.images.list()],
  "/api/gpio": [
    (kvm) => kvm.relays.channels(),
    (kvm) => kvm.relays.readAll(),
    (kvm) => kvm.relays.read("led1", SOON),
    (kvm) => kvm.relays.switch("led1", true, SOON),
    (kvm) => kvm.relays.pulse("led1", SOON),
  ],
  "/api/switch": [
    (kvm) => kvm.ports.find(1),
    (kvm) => kvm.ports.find("a name"),
    (kvm) => kvm.ports.select("next", SOON),
    (kvm) => kvm.ports.power(1),
    (kvm) => kvm.edids.list(),
    (kvm) => kvm.edids.remove("a name"),
  ],
  "/api/streamer": [(kvm) => kvm.streamer.getState(), (kvm) => kvm.streamer.setParams({ quality: 50, desiredFps: 10 })],
  "/api/streamer/ocr": [(kvm) => kvm.streamer.getOcrInfo()],
  "/api/info": [(kvm) => kvm.system.getInfo()],
};

interface Break {
  keys: string[];
  instead: unknown;
}

describe("a device whose state has any shape makes nothing but errors of this package", SIDE_BY_SIDE, () => {
  for (const [path, calls] of Object.entries(READERS)) {
    test(path, async (t) => {
      let now: unknown;
      const address = await httpServer(t, (request, response) => {
        const result = request.url === path ? now : {};
        response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ ok: true, result }));
      });
      const kvm = await client(t, { address: `http://${address}` });
      const wrong: string[] = [];
      for (const { keys, instead, whole } of await breaksAt(t, path)) {
        now = whole;
        for (const [index, call] of calls.entries()) {
          const error: unknown = await call(kvm).then(() => undefined, (reason: unknown) => reason); // prettier-ignore
          if (error === undefined || error instanceof PiKVMError) continue;
          wrong.push(`call ${index}, ${keys.join(".")} = ${JSON.stringify(instead)}: ${inspect(error)}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
  }

  test("events", async (t) => {
    const kinds = Object.keys(READERS).map((path): [string, string] => [path.split("/").at(-1) ?? "", path]);
    const frames: string[] = [];
    for (const [event_type, path] of kinds) {
      for (const { whole } of await breaksAt(t, path)) frames.push(JSON.stringify({ event_type, event: whole }));
    }
    const last = JSON.stringify({ event_type: "atx", event: { enabled: true, leds: { power: "at last" } } });
    const address = await webSocketServer(t, (socket) => {
      for (const frame of [...frames, last]) socket.write(textFrame(frame));
    });
    const kvm = await client(t, { address: `http://${address}` });
    const stream = kvm.events({ power: true, idle: 5 });
    const path = { text: "atx.leds.power", kind: "atx", keys: ["leds", "power"] };
    // What a listener throws would end the process.
    await kvm.watch.until(path, (value) => value === "at last", { timeout: 60 });
    assert.equal(stream.connection.connected, true);
    await stream.close();
  });
});

/** A state of a simulated device, broken in each way there is. */
async function breaksAt(t: TestContext, path: string): Promise<(Break & { whole: unknown })[]> {
  const sim = await startSimulator({ tls: false, passwd: SECRETS.password, switchUnits: 1 });
  t.after(() => sim.close());
  const headers = { "X-KVMD-User": "admin", "X-KVMD-Passwd": SECRETS.password };
  const { result } = (await (await fetch(sim.url + path, { headers })).json()) as { result: unknown }; // its envelope
  return breaksOf(result).map((change) => ({ ...change, whole: broken(result, change) }));
}

/** Everything that can be broken in a value, once with each of what may be there instead. */
function breaksOf(value: unknown, keys: string[] = []): Break[] {
  const here = INSTEAD.map((instead) => ({ keys, instead }));
  if (typeof value !== "object" || value === null || keys.length === DEPTH) return here;
  const parts = Object.entries(value);
  const chosen = parts.length > MANY || Array.isArray(value) ? parts.slice(0, 1) : parts;
  return [...here, ...chosen.flatMap(([key, part]) => breaksOf(part, [...keys, key]))];
}

function broken(value: unknown, { keys: [key, ...keys], instead }: Break): unknown {
  if (key === undefined) return instead;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }; // a key leads into it
  Reflect.set(copy, key, broken(Reflect.get(copy, key), { keys, instead }));
  return copy;
}
