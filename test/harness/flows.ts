import type { Simulator } from "../../src/simulator";
import type { FlowConfig } from "./node-red";
import { defaultsOf } from "./registered";

type NodeConfig = FlowConfig[number];

const TAB: NodeConfig = { id: "tab", type: "tab", label: "test" };

/**
 * A device node for a simulator. Credentials are given the way the editor gives them: with the flow, to be taken out of
 * it.
 */
export function device(simulator: Pick<Simulator, "url" | "fingerprint">, overrides: object = {}): NodeConfig {
  return {
    id: "device",
    type: "pikvm-device",
    name: "bench",
    address: simulator.url,
    user: "admin",
    auth: "headers",
    trust: "fingerprint",
    fingerprint: simulator.fingerprint,
    tls: "",
    connectTimeout: "60",
    timeout: "10",
    videoIdle: "30",
    readOnly: false,
    credentials: { password: "admin" },
    ...overrides,
  };
}

const COMMON = { z: "tab", x: 100, y: 100, name: "" };
/** Tests wait for nothing and try nothing again unless they say so. */
const QUICK: Record<string, object> = {
  "pikvm-atx-power": fields({
    action: ["msg", "payload"],
    wait: ["choice", "finished"],
    timeout: ["num", "10"],
    offTime: ["num", "0"],
    busyRetry: ["num", "0"],
  }),
  "pikvm-msd-mount": fields({ busyRetry: ["num", "0"] }),
  "pikvm-msd-image": fields({ busyRetry: ["num", "0"] }),
};

/** Typed inputs by name: `{ action: ["choice", "on"] }`. */
export type Inputs = Record<string, [type: string, value: string]>;

/** The stored properties of typed inputs. */
export function fields(inputs: Inputs): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, [type, value]]) => [
      [name, value],
      [`${name}Type`, type],
    ]),
  );
}

/**
 * One of this package's nodes as it is when it was dragged into a flow, by default wired to the sinks "result" and
 * "error".
 */
export function node(type: string, overrides: Record<string, unknown> = {}): NodeConfig {
  const own = type.startsWith("pikvm-") ? defaultsOf(type.replace("pikvm-", "")) : {};
  const wires = [["result"], ["error"]];
  return { id: "node", type, ...COMMON, ...own, device: "device", ...QUICK[type], wires, ...overrides };
}

/** A node that does nothing with what it receives. */
function sink(id: string): NodeConfig {
  return {
    id,
    type: "debug",
    ...COMMON,
    active: false,
    tosidebar: false,
    complete: "true",
    targetType: "full",
    wires: [],
  };
}

/** A tab with the nodes, the sinks "result", "error" and "caught", and a Catch node wired to the last. */
export function flow(...nodes: NodeConfig[]): FlowConfig {
  const catcher = { id: "catch", type: "catch", ...COMMON, scope: null, uncaught: false, wires: [["caught"]] };
  return [TAB, ...nodes, sink("result"), sink("error"), sink("caught"), catcher];
}
