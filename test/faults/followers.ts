import type { PiKVM } from "../../src/client";
import { fields, node } from "../harness/flows";
import type { FlowConfig, NodeRed } from "../harness/node-red";
import { Told } from "./told";

/** Somebody who is connected to a device, and switches its computer. */
export interface Follower {
  told: Told;
  /** Switches the computer on or off, unless it is so. @returns whether a button was pressed. */
  switch: (isOn: boolean) => Promise<boolean>;
  /** Lines in the log so far. */
  lines: () => number;
}

interface Atx {
  leds: { power: boolean };
}

/** A program with the client. */
export function ofProgram(kvm: PiKVM): Follower {
  const told = new Told();
  const stream = kvm.events();
  stream.on("connection", ({ connected }) => told.connection(connected));
  stream.on("event", ({ event_type: name }) => told.event(name));
  stream.on("state", ({ kind, state }) => {
    told.event("state");
    if (kind === "atx") told.led((state as Atx).leds.power); // as the device has it
  });
  const press = async (isOn: boolean) => (await kvm.power[isOn ? "on" : "off"]({ wait: "accepted" })).pressed;
  return { told, switch: press, lines: () => 0 };
}

/** Flows, each with an events node whose errors go to the log, and an atx-power node. */
export class Flows {
  readonly nodes: FlowConfig = [];
  readonly #red: NodeRed;
  /** What becomes of the messages that a node receives, by its id. */
  readonly #hears = new Map<string, (msg: Record<string, unknown>) => void>();

  constructor(red: NodeRed) {
    this.#red = red;
    red.onReceived = ({ node: id, msg }) => {
      red.received.length = 0;
      this.#hears.get(id)?.(msg);
    };
  }

  /** @param device its node. */
  add(device: FlowConfig[number]): Follower {
    const [events, power, told, done, failed] = ["events", "power", "told", "done", "failed"].map((name) => `${name} ${device.id}`) as [string, string, string, string, string]; // prettier-ignore
    const end = (id: string) => ({ id, type: "junction", z: "tab", x: 0, y: 0, wires: [] });
    this.nodes.push(
      device,
      node("pikvm-events", { ...{ id: events, device: device.id, wires: [[told], []] }, mode: "state", kinds: ["atx"] }),
      node("pikvm-atx-power", {
        ...{ id: power, device: device.id, wires: [[done], [failed]] },
        ...fields({ action: ["msg", "payload"], wait: ["choice", "accepted"] }),
      }),
      ...[told, done, failed].map(end),
    );
    const ear = new Told();
    this.#hears.set(told, (msg) => hear(ear, msg));
    return {
      told: ear,
      switch: (isOn) =>
        new Promise((resolve, reject) => {
          this.#hears.set(done, ({ payload }) => resolve((payload as { pressed: boolean }).pressed)); // of atx-power
          this.#hears.set(failed, ({ error }) => reject(new Error(JSON.stringify(error))));
          this.#red.send(power, { payload: isOn ? "on" : "off" });
        }),
      lines: () => this.#red.logs.filter(({ id, level }) => level <= INFO && id === events).length,
    };
  }
}

/** Of Node-RED's levels. What is more is for those who look for faults. */
const INFO = 40;

function hear(told: Told, { topic, payload }: Record<string, unknown>): void {
  if (topic === "connection") told.connection(payload === "connected");
  else told.event("state");
  if (topic === "atx") told.led((payload as Atx).leds.power); // as the device has it
}
