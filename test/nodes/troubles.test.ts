import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { scaledClock, startSimulator, type Fault, type Simulator } from "../../src/simulator";
import { AedesBroker } from "../harness/aedes";
import { device, flow, node } from "../harness/flows";
import { CHECKOUT, NodeRed } from "../harness/node-red";
import { CAUGHT, onlyError, WIRED } from "./only-error";
import { ACTIONS, BRIDGES, SOURCES } from "./usual/usual";

// What a device, or what lies between, may do to any node.

const red = NodeRed.duringTests({ withMqtt: true });
const broker = new AedesBroker().duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

interface Trouble {
  fault: Fault;
  name: string;
  /** What it is to a node that asks over a WebSocket; `name` when absent. */
  overSocket?: string;
}

/** The nodes that first of all open a WebSocket. */
const OVER_SOCKET = ["events", "hid-macro", "hid-mouse", "mqtt-bridge", "screen", "screen-watch", "wait-until"];

/** What may go wrong with any request. */
const TROUBLES: Record<string, Trouble> = {
  "that part of the device is offline": { fault: { kind: "status", code: 503 }, name: "UnavailableError" },
  "the device fails": { fault: { kind: "status", code: 500 }, name: "APIError" },
  "the device says no in an HTTP 200": { fault: { kind: "not-ok" }, name: "APIError", overSocket: "WebSocketError" },
  "a web page answers": { fault: { kind: "html" }, name: "ResponseError", overSocket: "WebSocketError" },
  "what answers is not HTTP": { fault: { kind: "garbage" }, name: "ResponseError" },
  "it is sent elsewhere": {
    fault: { kind: "redirect", location: "https://elsewhere.invalid/api" },
    name: "RedirectError",
  },
  "the device does not answer": { fault: { kind: "hang" }, name: "ConnectionTimeoutError" },
  "the connection breaks": { fault: { kind: "reset" }, name: "ConnectError" },
};
const BUSY: Record<string, Trouble> = {
  "the device is busy": { fault: { kind: "status", code: 409 }, name: "BusyError" },
};

/** Where a person looks an error up. */
const EXPLAINED = readFileSync(path.join(CHECKOUT, "docs/errors.md"), "utf8");

for (const { name, type, properties, msg } of [...ACTIONS, ...SOURCES, ...BRIDGES]) {
  test(`${name} reports each trouble once, by a name that is explained`, async () => {
    const brokerNodes = "broker" in properties ? broker.nodes() : [];
    for (const [what, trouble] of Object.entries({ ...TROUBLES, ...(msg ? BUSY : {}) })) {
      for (const wires of [WIRED, CAUGHT]) {
        simulator.faults.add(trouble.fault);
        const asking = node(type, { ...properties, busyRetry: "0", wires });
        // Only what never answers is to be given up soon: a busy computer is slow with the rest.
        const timeout = trouble.fault.kind === "hang" ? "0.5" : "30";
        await red.deploy(flow(...brokerNodes, device(simulator, { timeout }), asking));
        if (msg) red.send("node", { ...msg });
        const { name: said } = await onlyError(red, wires);
        const expected = OVER_SOCKET.includes(name) ? (trouble.overSocket ?? trouble.name) : trouble.name;
        assert.equal(said, expected, what);
        assert.match(EXPLAINED, new RegExp(`^\\| \`${said}\` `, "m"), `${what}: ${said}`);
        simulator.faults.clear();
        await red.deploy(flow());
        red.forget();
      }
    }
  });
}
