import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { atEnd } from "./at-end";
import { until } from "./until";

/** A message that a node of the flow received. */
interface Received {
  node: string;
  msg: Record<string, unknown>;
}

interface LogEntry {
  level: number;
  msg: unknown;
  id?: string;
  type?: string;
}

export type FlowConfig = { id: string; type: string; [property: string]: unknown }[];

/** Root of the checkout, seen from dist/test/harness. */
export const CHECKOUT = path.resolve(__dirname, "../../..");

/** Folder of the Node-RED under test. */
export const NODE_RED_HOME = process.env["NODE_RED_HOME"] ?? path.join(CHECKOUT, "node_modules/node-red");

/** Node-RED's own nodes that few tests need. To read them takes a third of the time in which it starts. */
export const RARE_NODES = [
  ...["80-template.js", "16-range.js", "17-split.js", "18-sort.js", "19-batch.js", "90-exec.js", "rbe.js"],
  ...["10-mqtt.js", "21-httpin.js", "21-httprequest.js", "22-websocket.js", "31-tcpin.js", "32-udp.js"],
  ...["70-CSV.js", "70-HTML.js", "70-JSON.js", "70-XML.js", "70-YAML.js", "10-file.js", "23-watch.js"],
];

export interface OwnNodes {
  /** Node-RED's own nodes, all of them; else without `RARE_NODES`. */
  allNodes?: boolean;
  /** With those for MQTT. */
  withMqtt?: boolean;
}

/** The files of Node-RED's own nodes that are not read. */
export const excludedNodes = ({ allNodes = false, withMqtt = false }: OwnNodes): string[] =>
  allNodes ? [] : RARE_NODES.filter((file) => !withMqtt || file !== "10-mqtt.js");

/** What it is set to, besides what its user chooses: it asks nobody on the network, and writes nothing down. */
export const SETTINGS = {
  credentialSecret: false,
  httpAdminRoot: "/",
  httpNodeRoot: "/node",
  httpStatic: false,
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { palette: { allowInstall: false }, modules: { allowInstall: false } },
  editorTheme: { tours: false },
  // Milliseconds until it tries a lost broker again; 5 s by default.
  mqttReconnectTime: 50,
};

/** The parts of Node-RED's embedding interface that the tests use; it has no types of its own. */
interface Red {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  httpAdmin: (request: object, response: object) => void;
  hooks: { add(name: string, hook: (event: HookEvent) => void): void };
  events: Record<"on" | "once", (name: string, listener: (event: never) => void) => void>;
  runtime: { flows: { setFlows(request: object): Promise<unknown> } };
  nodes: { getNode(id: string): LiveNode | undefined };
}

interface HookEvent {
  msg: Record<string, unknown>;
  destination: { id: string };
}

interface LiveNode {
  receive(msg: object): void;
  status(status: object): void;
  [property: string]: unknown;
}

interface Options extends OwnNodes {
  /** Folders with nodes besides this package's. */
  nodesDir?: string[];
  /** Who may use the editor; everybody when absent. */
  adminAuth?: object;
  /** What is deployed is written to files, which is a fifth of the work of a deploy. */
  storesFlows?: boolean;
}

/** Node-RED waits for ever for types of nodes that are not there. @param signal ends the wait */
async function tooLate(signal: AbortSignal): Promise<never> {
  await setTimeout(60_000, undefined, { ref: false, signal });
  throw new Error("the flows did not start; are all types there, or do they need `allNodes` or `withMqtt`?");
}

/** A real Node-RED in this process, with this package's built nodes. There can be one for each process. */
export class NodeRed {
  static #running: NodeRed | undefined;

  readonly received: Received[] = [];
  readonly statuses: { id: string; status: { text?: string; fill?: string; shape?: string } }[] = [];
  readonly logs: LogEntry[] = [];
  /** Called with each message that a node receives. */
  onReceived: (received: Received) => void = () => undefined;
  readonly userDir = mkdtempSync(path.join(tmpdir(), "pikvm-node-red-"));
  // oxlint-disable-next-line typescript/no-require-imports -- by path: the same tests run on two versions of Node-RED
  readonly #red = require(path.join(NODE_RED_HOME, "lib/red.js")) as Red;
  readonly #server = createServer((request, response) => this.#red.httpAdmin(request, response));
  readonly #started: Promise<void>;
  readonly #wanted: string;
  #isUsed = false;

  private constructor(options: Options) {
    this.#wanted = JSON.stringify(options);
    this.#started = this.#start(options);
  }

  /**
   * It runs from before the first test of the file that calls this. Files that run in one process, and want nothing
   * special, share it: each begins with it as if it had just started.
   */
  static duringTests(options: Options = {}): NodeRed {
    const red = (NodeRed.#running ??= NodeRed.#untilEnd(options));
    if (JSON.stringify(options) !== red.#wanted) throw new Error("files that want different ones cannot share one");
    before(() => red.#begin());
    return red;
  }

  static #untilEnd(options: Options): NodeRed {
    const red = new NodeRed(options);
    atEnd(() => red.#stop());
    return red;
  }

  async #begin(): Promise<void> {
    await this.#started;
    if (this.#isUsed) await this.#empty();
    this.#isUsed = true;
  }

  async #empty(): Promise<void> {
    await this.deploy([]);
    this.onReceived = () => undefined;
    this.forget();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `reload` starts what is stored, whatever is given. */
  async deploy(flow: FlowConfig, type: "full" | "nodes" | "flows" | "reload" = "full"): Promise<void> {
    await this.#started;
    await this.#untilStarted(
      this.#red.runtime.flows.setFlows({ flows: { flows: structuredClone(flow) }, deploymentType: type }),
    );
  }

  node(id: string): LiveNode {
    const node = this.#red.nodes.getNode(id);
    if (!node) throw new Error(`there is no node "${id}" in the deployed flow`);
    return node;
  }

  send(id: string, msg: object): void {
    this.node(id).receive(msg);
  }

  /** The messages that a node has received so far. */
  at(id: string): Record<string, unknown>[] {
    return this.received.filter(({ node }) => node === id).map(({ msg }) => msg);
  }

  /** The first message that a node receives, or its n-th. */
  message(id: string, { count = 1 } = {}): Promise<Record<string, unknown>> {
    return until(() => this.at(id)[count - 1], { what: `message ${count} at "${id}"` });
  }

  /** The first message that a node sends which is wired to the sinks "result" and "error". */
  outcome(): Promise<Record<string, unknown>> {
    return until(() => this.at("result")[0] ?? this.at("error")[0], { what: 'a message at "result" or "error"' });
  }

  /** Forgets what was received, shown and logged so far. */
  forget(): void {
    this.received.length = 0;
    this.statuses.length = 0;
    this.logs.length = 0;
  }

  /** Node-RED answers a deploy before the new flows run. */
  async #untilStarted(deploy: Promise<unknown>): Promise<void> {
    const started = new Promise<void>((resolve) => this.#red.events.once("flows:started", () => resolve()));
    await deploy;
    // What is sent right then must not be missed by a look that comes later.
    const isOver = new AbortController();
    await Promise.race([started, tooLate(isOver.signal)]);
    isOver.abort();
  }

  async #start({ nodesDir = [], adminAuth, storesFlows = false, ...own }: Options): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.#red.init(this.#server, {
      ...SETTINGS,
      userDir: this.userDir,
      nodesDir: [CHECKOUT, ...nodesDir],
      nodesExcludes: excludedNodes(own),
      adminAuth,
      readOnly: !storesFlows,
      logging: { test: { level: "debug", handler: () => (entry: LogEntry) => this.logs.push(entry) } },
    });
    this.#red.hooks.add("onReceive", ({ msg, destination }) => {
      const received = { node: destination.id, msg };
      this.received.push(received);
      this.onReceived(received);
    });
    this.#red.events.on("node-status", (event: { id: string; status: object }) => this.statuses.push(event));
    await this.#untilStarted(this.#red.start());
  }

  async #stop(): Promise<void> {
    await this.#red.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.userDir, { recursive: true, force: true });
  }
}
