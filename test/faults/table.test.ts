import { NodeRed } from "../harness/node-red";
import type { Act } from "./acts";
import { Bench, inTurns, type Lane, type Trial } from "./bench";
import { Conditions, type Condition } from "./conditions";
import { namesFor } from "./expected";
import { isChange, type Exchange, type Plan } from "./fault-proxy";
import { rehearsing, type Rehearsed } from "./rehearsal";
import { everyStrike, isEndless, type Strike } from "./strike";
import { faults, LONG } from "./suite";
import { usesSocket, wrongIn } from "./verdict";

/** Seconds in which a device is to answer, and milliseconds that are too late. */
const TIMEOUT = 1;
const LATE = 1400;
/** Seconds where it must have time enough, however busy this computer is. */
const ENOUGH = 60;
const WAYS = 4;
/** How often a message is sent after a fault until one must get through: a broken connection is opened again meanwhile. */
const TRIALS = 4;

/** How many cells it takes for one act more. */
const CELLS_OF_AN_ACT = 5;

const red = NodeRed.duringTests();

/** One fault in one phase of one act. */
interface Cell {
  rehearsed: Rehearsed;
  plan: Plan;
  phase: string;
}

/** What no request gets through to, for one act. */
interface Door {
  act: Act;
  condition: Condition;
}

const isSlow = ({ plan }: Cell): boolean => isEndless(plan.strike);

const TITLE = "every fault of a connection is told by its name, and the next message works";

faults(TITLE, { short: 80, long: 1_000_000 }, async (random, cases) => {
  const conditions = await Conditions.start(red.userDir);
  // Of few cells, few acts are enough.
  const choose = (acts: Act[]) => random.some(acts, Math.ceil(cases / CELLS_OF_AN_ACT));
  const outcome = await rehearsing(red, choose, async ({ acts, wrong }) => {
    const all = [
      ...acts.flatMap(cellsOf),
      ...acts.flatMap(({ act }) => conditions.all.map((condition): Door => ({ act, condition }))),
    ];
    const tried = random.some(all, cases);
    const cells = tried.filter((one) => "plan" in one);
    const doors = tried.filter((one) => "condition" in one);
    const mistakes = [
      ...(await tryCells(cells.filter(isSlow), TIMEOUT)),
      ...(await tryCells(
        cells.filter((cell) => !isSlow(cell)),
        ENOUGH,
      )),
      ...(await tryDoors(doors, conditions)),
    ];
    const figures = {
      acts: acts.length,
      "cells of these": all.length,
      tried: tried.length,
      right: tried.length - mistakes.length,
    };
    return { figures: { ...figures, wrong: mistakes.length }, wrong: [...wrong, ...mistakes] };
  });
  await conditions.close();
  return outcome;
});

/** Each phase of an act is one of its requests: to open a connection, to look, or to change something. */
function cellsOf(rehearsed: Rehearsed): Cell[] {
  const { exchanges } = rehearsed.usual;
  // When a restart comes, in the midst of what a host still takes, is a matter of the clock.
  const strikes = everyStrike(LATE).filter(({ kind }) => LONG || kind !== "restart");
  const cells = firstOfEach(exchanges).flatMap(([phase, after]) =>
    strikes.map((strike): Cell => ({ rehearsed, phase, plan: { strike, among: "requests", after } })),
  );
  if (!usesSocket(rehearsed.usual)) return cells;
  const overSocket = strikes.filter((strike) => strike.kind === "cut" && strike.of === "request");
  return [
    ...cells,
    ...overSocket.map((strike): Cell => ({ rehearsed, phase: "frames", plan: { strike, among: "frames", after: 0 } })),
  ];
}

function firstOfEach(exchanges: readonly Exchange[]): [phase: string, index: number][] {
  const phases = new Map<string, number>();
  for (const [index, exchange] of exchanges.entries()) {
    const phase = phaseOf(exchange);
    if (!phases.has(phase)) phases.set(phase, index);
  }
  return [...phases];
}

function phaseOf(exchange: Exchange): string {
  const [path = ""] = exchange.path.split("?");
  if (path === "/api/auth/login") return "login";
  if (path === "/api/ws") return "opening a WebSocket";
  return isChange(exchange) ? `changing by ${path}` : "looking";
}

async function tryCells(cells: readonly Cell[], timeout: number): Promise<string[]> {
  const byAct = new Map<Act, Cell[]>();
  for (const cell of cells) byAct.set(cell.rehearsed.act, [...(byAct.get(cell.rehearsed.act) ?? []), cell]);
  const ways = (act: Act) => WAYS + (byAct.get(act) ?? []).filter(({ plan }) => isRefusal(plan.strike)).length;
  const bench = await Bench.start(red, [...byAct.keys()], { timeout, ways });
  const wrong: string[] = [];
  await inTurns(bench.lanes, async (lane) => {
    for (const cell of byAct.get(lane.act) ?? []) {
      const mistake = await mistakeIn(lane, cell).catch((error: unknown) => String(error));
      if (mistake !== undefined)
        wrong.push(`${lane.act.name}, ${cell.phase}, ${JSON.stringify(cell.plan)}: ${mistake}`);
    }
  });
  const again = await bench.close();
  return again === 0 ? wrong : [...wrong, `${again} messages ended again later`];
}

const isRefusal = (strike: Strike): boolean => strike.kind === "foreign" && strike.what === "proxy 401";

async function mistakeIn(lane: Lane, { rehearsed: { world, usual }, plan }: Cell): Promise<string | undefined> {
  const trial = await lane.send(world, structuredClone(plan));
  const mistake = wrongIn(trial, usual) ?? misnamed(trial, plan, usesSocket(usual)) ?? badStatus(trial);
  if (mistake !== undefined || isRefusal(plan.strike)) return mistake;
  let next: Trial | undefined;
  for (let trials = 0; trials < TRIALS && next?.results !== 1; trials += 1)
    next = await lane.send(world, undefined, { again: true });
  return next?.results === 1 ? undefined : `the next message: ${next?.errors[0]?.message ?? "nothing"}`;
}

function misnamed({ errors: [error], strike, exchanges }: Trial, plan: Plan, isSocket: boolean): string | undefined {
  if (!error) return undefined;
  if (!strike && !isEndless(plan.strike)) return `an error although nothing happened: ${error.name}: ${error.message}`;
  const names = namesFor(plan.strike, isSocket || exchanges.some(({ path }) => path.startsWith("/api/ws")));
  return names.includes(error.name)
    ? undefined
    : `${error.name} for ${names.join(" or ") || "a result"}: ${error.message}`;
}

function badStatus({ errors, colour = "none" }: Trial): string | undefined {
  const right = errors.length > 0 ? ["red", "grey"] : ["green", "yellow"];
  return right.includes(colour) ? undefined : `a status in ${colour}`;
}

async function tryDoors(doors: readonly Door[], { all }: Conditions): Promise<string[]> {
  const others = all.flatMap(({ nodes }) => nodes);
  const acts = [...new Set(doors.map(({ act }) => act))];
  const bench = await Bench.start(red, acts, { timeout: ENOUGH, ways: () => 1, others });
  const wrong: string[] = [];
  await inTurns(bench.lanes, async ({ act }) => {
    for (const { condition } of doors.filter((door) => door.act === act)) {
      const { name, error, isSent } = condition;
      const { errors, results, completed } = await bench.ends(act.name, name);
      const [said] = errors;
      const isOne = results === 0 && errors.length === 1 && completed === 1;
      if (isOne && said?.name === error && (isSent || said.outcome === undefined)) continue;
      wrong.push(`${act.name}, ${name}: ${said ? `${said.name} (${said.outcome}): ${said.message}` : "a result"}`);
    }
  });
  await bench.close();
  return wrong;
}
