import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ChildNodeRed } from "../harness/child-node-red";
import { device, flow, node } from "../harness/flows";
import type { Mosquitto } from "../harness/mosquitto";
import type { FlowConfig } from "../harness/node-red";
import type { Membership, Place } from "./fleet-member";

/** A process that shares devices with others. */
export interface Member {
  /** The topic that says whether it is there. */
  readonly presence: string;
  end(signal: "SIGKILL" | "SIGTERM"): Promise<unknown>;
}

/** Starts members, each with a presence of its own. */
export interface Members {
  start(): Promise<Member>;
  close(): Promise<void>;
}

/** What a bridge is without Node-RED: it starts within a second, and everything takes a tenth of its time. */
export function bareMembers(broker: Mosquitto, devices: readonly Place[]): Members {
  let count = 0;
  const start = (): Promise<Member> => {
    count += 1;
    const presence = `nodered/bare-${count}`;
    const membership: Membership = { broker: broker.port, presence, pace: 0.1, devices };
    const program = path.join(__dirname, "fleet-member.js");
    const child = spawn(process.execPath, [program, JSON.stringify(membership)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    };
    return Promise.resolve({ presence, end });
  };
  return { start, close: () => Promise.resolve() };
}

/** Two Node-REDs as users run them, in turn. */
export async function realMembers(broker: Mosquitto, devices: readonly Place[]): Promise<Members> {
  const folders = await Promise.all([1, 2].map((one) => mkdtemp(path.join(tmpdir(), `pikvm-fleet-${one}-`))));
  const free = new Set(folders);
  const deployed = new Set<string>();
  const start = async (): Promise<Member> => {
    const [userDir] = free;
    if (userDir === undefined) throw new Error("both run");
    free.delete(userDir);
    const presence = `nodered/${path.basename(userDir)}`;
    const nodeRed = await ChildNodeRed.start({ userDir, allNodes: true });
    if (!deployed.has(userDir)) await nodeRed.deploy(flowOf(broker, presence, devices));
    deployed.add(userDir);
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      await nodeRed.end(signal);
      free.add(userDir);
    };
    return { presence, end };
  };
  const close = async (): Promise<void> => {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  };
  return { start, close };
}

/** What tells the others that a Node-RED is there, and that it is gone. */
export const told = (presence: string): object => ({
  birthTopic: presence,
  birthPayload: "online",
  birthQos: "1",
  birthRetain: "true",
  closeTopic: presence,
  closePayload: "offline",
  closeQos: "1",
  closeRetain: "true",
  willTopic: presence,
  willPayload: "offline",
  willQos: "1",
  willRetain: "true",
});

const flowOf = (broker: Mosquitto, presence: string, devices: readonly Place[]): FlowConfig =>
  flow(
    ...broker.nodes(told(presence)),
    ...devices.flatMap(({ name, url }) => [
      device({ url, fingerprint: "" }, { id: `device-${name}`, name, trust: "system" }),
      node("pikvm-mqtt-bridge", {
        id: `bridge-${name}`,
        device: `device-${name}`,
        broker: "broker",
        shared: true,
        commands: ["request: custom"],
        discovery: false,
      }),
    ]),
  );
