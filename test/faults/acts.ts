import type { Simulator } from "../../src/simulator";
import { ACTIONS } from "../../nodes/actions";
import type { Field } from "../../src/schema/field";
import { fieldsOf, type NodeSchema } from "../../src/schema/node";
import { isUsed, isWanted } from "../../src/schema/when";
import { fields, type Inputs } from "../harness/flows";

/** One thing that a node can do, by the choices in its dialog. */
export interface Act {
  /** `atx-power on`, `kvm-switch power cycle`. */
  name: string;
  type: string;
  properties: Record<string, string>;
}

/** A key that goes down and comes up again. */
export const MACRO = JSON.stringify(
  [true, false].map((state) => ({ event_type: "key", event: { key: "KeyA", state } })),
);

/** What stands in the fields of all nodes, by the names of the fields. */
const VALUES: Inputs = {
  atX: ["num", "30"],
  atY: ["num", "40"],
  busyRetry: ["num", "1.2"],
  channel: ["str", "relay1"],
  data: ["msg", "edid"],
  delay: ["num", "0"],
  duration: ["num", "0"],
  edid: ["str", "Spare"],
  image: ["str", "a.iso"],
  macro: ["stored", MACRO],
  method: ["choice", "POST"],
  offTime: ["num", "0"],
  port: ["str", "2"],
  quality: ["num", "50"],
  source: ["msg", "image"],
  steps: ["num", "2"],
  storeAs: ["str", "new.iso"],
  text: ["str", "ab"],
  // However busy this computer is.
  timeout: ["num", "20"],
  wait: ["choice", "finished"],
};

/** What differs in one of them. */
const OWN: Readonly<Record<string, Inputs>> = {
  "msd-image": { replace: ["bool", "true"] },
  "wait-until": { text: ["str", "Debian"] },
  request: { path: ["str", "/api/atx/click?button=reset"] },
};

/** Fields that choose what is done. */
const CHOOSING = ["action", "power", "call", "source", "condition"];

/** What only boards with a microcontroller can do: the tests of the keyboard try it on one. */
const RARE = ["hid-keys reconnect"];

/** What waits for something that no computer shows that is off. */
const WATCHING = ["screen snapshot", "screen text", "wait-until state", "wait-until text"];
export const isWatching = ({ name }: Act): boolean => WATCHING.includes(name);

/**
 * Everything that the nodes can do, from their own schemas: what is new comes by itself.
 * @param more values of fields that are known only now, by the names of the nodes.
 */
export const allActs = (more: Readonly<Record<string, Inputs>>): Act[] =>
  Object.entries(ACTIONS)
    .flatMap(([name, { schema }]) => actsOf(name, schema, { ...VALUES, ...OWN[name], ...more[name] }))
    .filter(({ name }) => !RARE.includes(name));

function actsOf(name: string, schema: NodeSchema, values: Inputs): Act[] {
  return choicesOf(schema, {}).map((chosen) => {
    const inputs: Inputs = {};
    for (const [field] of fieldsOf(schema)) {
      const choice = chosen[field];
      const input = choice === undefined ? values[field] : (["choice", choice] satisfies Inputs[string]);
      if (input) inputs[field] = input;
    }
    const words = [name, ...Object.values(chosen)];
    return { name: words.join(" "), type: `pikvm-${name}`, properties: fields(inputs) };
  });
}

/** All ways to choose, one field after the other. */
function choicesOf(schema: NodeSchema, chosen: Record<string, string>): Record<string, string>[] {
  const next = fieldsOf(schema).find(([name, field]) => {
    const mayBe = (other: string, wanted: Parameters<typeof isWanted>[1]) => isWanted(chosen[other] ?? "", wanted);
    return CHOOSING.includes(name) && field.kind === "choice" && !(name in chosen) && isUsed(field.when, mayBe);
  });
  if (!next) return [chosen];
  const [name, field] = next;
  return valuesOf(field).flatMap((value) => choicesOf(schema, { ...chosen, [name]: value }));
}

const valuesOf = (field: Field): readonly string[] => (field.kind === "choice" ? field.choices : []);

/** What a device has carried out. */
export class Deeds {
  readonly #simulator: Simulator;
  #last: Simulator["requests"][number] | undefined;

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  /** Forgets what was. */
  begin(): void {
    this.#last = this.#simulator.requests.at(-1);
    this.#simulator.host.forget();
  }

  /** Calls that changed something and were carried out, as often as they were: `POST /api/atx/click?button=power`. */
  get calls(): string[] {
    const { requests } = this.#simulator;
    const since = this.#last ? requests.slice(requests.lastIndexOf(this.#last) + 1) : requests;
    return since
      .filter(({ method, path, done }) => done && method !== "GET" && path !== "/api/auth/login")
      .map(({ method, path, query }) => callOf(method, `${path}?${new URLSearchParams(query).toString()}`));
  }

  /** What the computer got from keyboard and mouse. */
  get inputs(): string[] {
    return this.#simulator.host.inputs.map((input) => JSON.stringify({ ...input, at: undefined }));
  }
}

/** A call by which it is known again, whatever the order of its parameters. */
export function callOf(method: string, url: string): string {
  const [path = "", search = ""] = url.split("?");
  const query = new URLSearchParams(search);
  query.sort();
  return `${method} ${path}?${query.toString()}`;
}

/** The image that is stored by some actions, once it is there. */
export const isStored = ({ state }: Simulator): boolean => state.msd.storage.files.get("new.iso")?.complete === true;

/** How often something is in one list and not in the other. */
export function without(list: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return list.filter((one) => {
    const index = left.indexOf(one);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}
