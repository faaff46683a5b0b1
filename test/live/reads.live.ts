import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { APIError, PiKVM, UnavailableError } from "../../src/client";
import { device } from "./device";

// Nothing here changes the host or the device: the client is told to refuse whatever would.

const reading = (t: TestContext): Promise<PiKVM> => device(t, { readOnly: true });

/** The states of a device by their names in the protocol, and what every one of them has. */
const STATES: Record<string, [ask: (kvm: PiKVM) => Promise<object>, parts: string[]]> = {
  atx: [(kvm) => kvm.atx.getState(), ["enabled", "busy", "leds"]],
  hid: [(kvm) => kvm.hid.getState(), ["online", "keyboard", "mouse"]],
  msd: [(kvm) => kvm.msd.getState(), ["enabled", "online", "busy"]],
  gpio: [(kvm) => kvm.gpio.getState(), ["model", "state"]],
  streamer: [(kvm) => kvm.streamer.getState(), ["features", "limits", "params"]],
  info: [(kvm) => kvm.system.info(), ["system", "meta"]],
};

for (const [name, [ask, parts]] of Object.entries(STATES))
  test(`${name}: the state has its parts`, async (t) => {
    const state = await ask(await reading(t));
    for (const part of parts) assert.ok(part in state, part);
  });

test("the version is kvmd's", async (t) => {
  const { system } = await (await reading(t)).system.info(["system"]);
  assert.match(system?.kvmd.version ?? "", /^\d+\.\d+/);
  t.diagnostic(`kvmd ${String(system?.kvmd.version)}`);
});

test("the keymaps are listed, and the default is one of them", async (t) => {
  const keymaps = await (await reading(t)).hid.getKeymaps();
  assert.ok(keymaps.available.includes(keymaps.default));
});

test("the log has lines", async (t) => {
  assert.notEqual(await (await reading(t)).system.getLog({ seek: 3600 }), "");
});

test("the events begin with full states, the same as are answered over HTTP", async (t) => {
  const kvm = await reading(t);
  const events = kvm.events();
  t.after(() => events.close());
  const state = await new Promise<unknown>((resolve) =>
    events.on("state", ({ kind, state }) => {
      if (kind === "atx") resolve(state);
    }),
  );
  // An object, as every state.
  assert.deepEqual(Object.keys(state as object).sort(), Object.keys(await kvm.atx.getState()).sort());
});

test("a picture is a JPEG, or there is no video signal", async (t) => {
  try {
    const { image } = await (await reading(t)).screen.snapshot({ videoTimeout: 30 });
    assert.equal(image.toString("hex", 0, 2), "ffd8");
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    t.diagnostic(error.message);
  }
});

test("what the device does not know is an error of its own", async (t) => {
  const kvm = await reading(t);
  await assert.rejects(kvm.system.info(["no_such_part"]), APIError);
});

test("a client that may only read changes nothing", async (t) => {
  const kvm = await reading(t);
  await assert.rejects(kvm.atx.clickPower(), { name: "ConfigurationError", code: "READ_ONLY" });
});
