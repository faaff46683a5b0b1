import { setImmediate as nextTurn } from "node:timers/promises";
import type { Simulator } from "../../src/simulator";
import { EDID } from "../client/edid-data";
import { device, flow, node } from "../harness/flows";
import type { FlowConfig, NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { Deeds, isStored, type Act } from "./acts";
import type { Exchange, Plan } from "./exchange";
import { FaultProxy } from "./fault-proxy";
import { isEndless, isRefusedLogin, type Strike } from "./strike";
import { isBusy, restore, startWorld, type World } from "./world";

/**
 * Milliseconds after which the flow cancels what still goes on: some calls may take a device half a minute. A message
 * that is sent again may have to wait for five seconds until an LED has followed the press before, and then presses a
 * button for as long.
 */
const PATIENCE = { once: 1700, again: 60_000 };

/** Milliseconds of its own time for which kvmd is away when it restarts: Python takes as long, at least. */
const RESTART = 2000;

/** How the client logs in. */
export const LOGINS = ["headers", "session", "basic"] as const;
export type Login = (typeof LOGINS)[number];

/** So many of them in turn. @param first where that begins. */
export const loginsInTurn = (count: number, first = 0): Login[] =>
  Array.from({ length: count }, (_, index) => LOGINS[(first + index) % LOGINS.length] ?? "headers");

/** The error that a flow gets. */
interface FlowError {
  name: string;
  code: string;
  message: string;
  outcome?: "unknown";
}

/** How a message has ended so far. */
interface Ends {
  results: number;
  errors: FlowError[];
  completed: number;
  /** The colour of the status then. */
  colour?: string | undefined;
}

/** What became of one message, and what the device did for it. */
export interface Trial extends Ends {
  exchanges: readonly Exchange[];
  /** Bytes that the client sent over WebSockets. */
  overSockets: number;
  /** What happened to one of its requests. */
  strike: Strike | undefined;
  calls: string[];
  inputs: string[];
  isStored: boolean;
}

/** One of the ways to a device, with a client of its own. */
interface Way {
  /** What messages call it. */
  name: string;
  login: Login;
  proxy: FaultProxy;
}

interface Sending {
  /** Goes the way of the one before. Default false. */
  again?: boolean;
  /** Goes a way with this login. Default any. */
  login?: Login;
  /** The device has forgotten all logins. Default false. */
  isForgotten?: boolean;
}

/** One node in a running flow, and a simulated device for it alone. */
export class Lane {
  readonly act: Act;
  readonly #simulator: Simulator;
  #ways: Way[];
  readonly #bench: Bench;
  readonly #deeds: Deeds;

  constructor(bench: Bench, act: Act, simulator: Simulator, ways: Way[]) {
    this.act = act;
    this.#bench = bench;
    this.#simulator = simulator;
    this.#ways = ways;
    this.#deeds = new Deeds(simulator);
  }

  /** Sends one message, and waits until it has ended and all that it began is over. */
  async send(world: World, plan?: Plan, { again = false, login, isForgotten = false }: Sending = {}): Promise<Trial> {
    const simulator = this.#simulator;
    const isRight = (one: Way) => login === undefined || one.login === login;
    const way = again ? this.#ways.at(-1) : this.#ways.find(isRight);
    this.#ways = this.#ways.filter((other) => other !== way);
    if (!way) throw new Error(`there is no way left to the device of ${this.act.name}`);
    const isFree = () => until(() => !isBusy(simulator), { what: `the device of ${this.act.name} to be free` });
    await isFree();
    restore(simulator, world);
    await isFree();
    // Clients hear of it.
    for (let turns = 0; turns < 3; turns += 1) await nextTurn();
    if (isForgotten) simulator.state.auth.stop();
    this.#deeds.begin();
    way.proxy.begin(plan);
    const patience = again ? PATIENCE.again : plan && isEndless(plan.strike) ? PATIENCE.once : undefined;
    const ends = await this.#bench.ends(this.act.name, way.name, patience);
    await way.proxy.idle();
    for (let turns = 0; turns < 3; turns += 1) await nextTurn();
    await until(() => simulator.working === 0, { what: `the device of ${this.act.name} to be ready` });
    // A client whose login was refused does not offer it again for a while.
    if (!plan || !isRefusedLogin(plan.strike)) this.#ways.push(way);
    const { exchanges, overSockets, hasStruck } = way.proxy;
    const strike = hasStruck ? plan?.strike : undefined;
    const { calls, inputs } = this.#deeds;
    return { ...ends, exchanges, overSockets, strike, calls, inputs, isStored: isStored(simulator) };
  }

  async close(): Promise<void> {
    await this.#simulator.close();
  }
}

interface BenchOptions {
  /** Seconds in which a device is to answer. */
  timeout: number;
  /** The ways to the device of each act, by how the client logs in there. @param index the act's place. */
  ways: (act: Act, index: number) => Login[];
  /** More devices. */
  others?: FlowConfig;
}

/** A Node-RED with a node for each act, and all that these need. */
export class Bench {
  readonly lanes: Lane[] = [];
  readonly #red: NodeRed;
  readonly #proxies: FaultProxy[] = [];
  readonly #ends = new Map<number, Ends>();
  #messages = 0;

  private constructor(red: NodeRed) {
    this.#red = red;
    red.onReceived = ({ node: id, msg }) => this.#note(id, msg);
  }

  /**
   * One way to a device is used up by each refused login, and who presses a button through the same one again waits
   * until the LED must have followed.
   */
  static async start(red: NodeRed, acts: readonly Act[], { timeout, ways, others = [] }: BenchOptions): Promise<Bench> {
    const bench = new Bench(red);
    const nodes: FlowConfig = [...others];
    for (const [index, act] of acts.entries()) {
      const simulator = await startWorld();
      const happen = (what: "restart" | "expire") =>
        what === "restart" ? void simulator.restart({ downFor: RESTART }) : simulator.state.auth.stop();
      const named = ways(act, index).map((login, way): Way => {
        return { name: `${act.name} ${way}`, login, proxy: new FaultProxy(simulator.port, happen) };
      });
      for (const { name, login, proxy } of named) {
        bench.#proxies.push(proxy);
        await proxy.listen();
        const target = { url: proxy.url, fingerprint: "" };
        // Each message opens its own WebSockets.
        const settings = { auth: login, trust: "none", timeout: String(timeout), videoIdle: "0" };
        nodes.push(device(target, { id: `device ${name}`, name, ...settings }));
      }
      nodes.push(node(act.type, { id: act.name, device: "", deviceFromMsg: true, ...act.properties }));
      bench.lanes.push(new Lane(bench, act, simulator, named));
    }
    const place = { z: "tab", x: 100, y: 100 };
    const complete = {
      id: "complete",
      type: "complete",
      ...place,
      scope: acts.map(({ name }) => name),
      wires: [["done"]],
    };
    await red.deploy(flow(...nodes, complete, { id: "done", type: "junction", ...place, wires: [] }));
    return bench;
  }

  /** Sends a message to a node, and waits for its end. @param patience milliseconds. Default any. */
  async ends(id: string, deviceName: string, patience?: number): Promise<Ends> {
    const number = this.#messages++;
    const ends: Ends = { results: 0, errors: [], completed: 0 };
    this.#ends.set(number, ends);
    this.#red.send(id, { number, pikvm: deviceName, image: Buffer.alloc(3000, 7), edid: EDID });
    const cancel = () => this.#red.send(id, { reset: true });
    const giveUp = patience === undefined ? undefined : setTimeout(cancel, patience);
    const isOver = () => ends.results + ends.errors.length > 0 && ends.completed > 0;
    await until(isOver, { what: `an end of message ${number} to ${id}` }).finally(() => clearTimeout(giveUp));
    const shown = this.#red.statuses.findLast((status) => status.id === id);
    return Object.assign(ends, { colour: shown?.status.fill });
  }

  /** @returns how many messages ended more than once by now. */
  async close(): Promise<number> {
    await this.#red.deploy(flow());
    await Promise.all([...this.lanes.map((lane) => lane.close()), ...this.#proxies.map((proxy) => proxy.close())]);
    this.#red.onReceived = () => undefined;
    const ends = [...this.#ends.values()];
    return ends.filter(({ results, errors, completed }) => results + errors.length !== 1 || completed !== 1).length;
  }

  #note(id: string, msg: Record<string, unknown>): void {
    const ends = this.#ends.get(msg["number"] as number);
    if (!ends) return;
    if (id === "result") ends.results += 1;
    if (id === "error") ends.errors.push(msg["error"] as FlowError);
    if (id === "done") ends.completed += 1;
  }
}

/** How many lanes run at the same time. */
const AT_ONCE = 24;

/** Runs all lanes, some at the same time. */
export async function inTurns(lanes: readonly Lane[], run: (lane: Lane) => Promise<void>): Promise<void> {
  const waiting = [...lanes];
  const next = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane; lane = waiting.shift()) await run(lane);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
