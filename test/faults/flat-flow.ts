import path from "node:path";
import { device, fields, flow, node } from "../harness/flows";
import type { FlowConfig } from "../harness/node-red";
import { ACTIONS, SOURCES, type Usual } from "../nodes/usual/usual";
import type { Answer, Target } from "./away";

/** A node of each device, besides the ordinary use of each kind. */
interface Use extends Usual {
  name: string;
  type: string;
}

const TEXT = { condition: ["choice", "text"], text: ["str", "nowhere"], interval: ["num", "0.1"] } as const;
const IMAGE = Buffer.alloc(300_000, 7);

const own = (folder: string): Use[] => [
  { name: "upload", type: "pikvm-msd-image", properties: fields({ storeAs: ["str", "new.iso"], replace: ["bool", "true"] }), msg: { payload: IMAGE } },
  { name: "download", type: "pikvm-msd-image", properties: fields({ action: ["choice", "download"], image: ["str", "a.iso"], file: ["str", path.join(folder, "a.iso")], replace: ["bool", "true"] }), msg: {} },
  { name: "stream", type: "pikvm-msd-image", properties: fields({ action: ["choice", "download"], image: ["str", "a.iso"], target: ["choice", "stream"] }), msg: {} },
  { name: "read", type: "pikvm-screen", properties: fields({ action: ["choice", "text"], timeout: ["num", "2"] }), msg: {} },
  { name: "late", type: "pikvm-wait-until", properties: fields({ path: ["str", "atx.enabled"], value: ["bool", "false"], timeout: ["num", "0.2"] }), msg: {} },
  { name: "late text", type: "pikvm-wait-until", properties: fields({ ...TEXT, timeout: ["num", "0.5"] } as never), msg: {} },
  { name: "refused", type: "pikvm-gpio", properties: fields({ action: ["choice", "read"], channel: ["str", "nowhere"] }), msg: {} },
  { name: "unknown", type: "pikvm-request", properties: fields({ call: ["choice", "custom"], path: ["str", "/api/nowhere"] }), msg: {} },
  { name: "power", type: "pikvm-atx-power", properties: fields({ action: ["choice", "state"] }), msg: {} },
]; // prettier-ignore

const SOURCES_OF_ALL: Use[] = [
  ...SOURCES,
  { name: "raw", type: "pikvm-events", properties: { mode: "raw" } },
  { name: "changes", type: "pikvm-events", properties: { mode: "changes" } },
];
/** Only of the first devices: decoding pictures takes most of what all else takes. */
const WATCHES: Use[] = [
  { name: "stream of pictures", type: "pikvm-screen-watch", properties: { mode: "frames", rate: "5" } },
  { name: "changes of pictures", type: "pikvm-screen-watch", properties: { mode: "changes", rate: "2" } },
];
const isWatched = (at: number): boolean => at < 2;

/** Whether a device has no connection but that for events, and where its screen is watched, two for the video. */
export const isAtRest = ({ connections, sessions }: Answer<"look">, at: number): boolean =>
  isWatched(at) ? sessions === 2 && connections === 3 : sessions === 1 && connections === 1;

const idOf = (at: number): string => `device ${at}`;

/** What can be sent: to which node, and what. */
interface Sendable {
  id: string;
  msg: Record<string, unknown>;
}

/** A flow with everything, on several devices. */
export class Everything {
  readonly messages: readonly Sendable[];
  readonly #devices: FlowConfig;
  readonly #nodes: FlowConfig;
  #revision = 0;

  constructor(targets: readonly Target[], folder: string) {
    const actions: Use[] = [...ACTIONS, ...own(folder)];
    this.#devices = targets.map((target, at) =>
      device(target, { id: idOf(at), name: `number ${at}`, auth: target.auth, timeout: "3", videoIdle: "0.5" }),
    );
    this.#nodes = targets.flatMap((_, at) => {
      const sources = SOURCES_OF_ALL.filter(({ type }) => type !== "pikvm-screen-watch");
      const uses = [...actions, ...sources, ...(isWatched(at) ? WATCHES : [])];
      return uses.map(({ name, type, properties }) =>
        node(type, { ...properties, id: `${name} ${at}`, device: idOf(at) }),
      );
    });
    this.messages = targets.flatMap((_, at) => actions.map(({ name, msg = {} }) => ({ id: `${name} ${at}`, msg })));
  }

  /** As it is deployed for the first time: with the credentials, which restart every device. */
  get whole(): FlowConfig {
    for (const one of this.#devices) one["credentials"] = { password: "admin" };
    return flow(...this.#devices, ...this.#nodes);
  }

  /** As it is deployed later, when the nodes that are chosen have another name. */
  changed(isChosen: (at: number) => boolean): FlowConfig {
    this.#revision += 1;
    for (const [at, one] of this.#nodes.entries()) if (isChosen(at)) one["name"] = `revision ${this.#revision}`;
    for (const one of this.#devices) delete one["credentials"];
    return flow(...this.#devices, ...this.#nodes);
  }
}
