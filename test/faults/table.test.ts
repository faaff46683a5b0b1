import { NodeRed } from "../harness/node-red";
import type { Act } from "./acts";
import { Bench, inTurns, LOGINS, loginsInTurn, type Lane, type Login, type Trial } from "./bench";
import { Conditions, type Condition } from "./conditions";
import { namesFor } from "./expected";
import { phaseOf, type Plan } from "./exchange";
import { rehearsing, type Rehearsed } from "./rehearsal";
import { everyStrike, isEndless, isRefusedLogin, type Strike } from "./strike";
import { faults, isWanted, mayBeWanted, noted, ownPart } from "./suite";
import { usesSocket, wrongIn } from "./verdict";

/** Seconds in which a device is to answer, and milliseconds that are too late. */
const TIMEOUT = 1;
const LATE = 1400;
/** Seconds where it must have time enough, however busy this computer is. */
const ENOUGH = 60;
/** Ways to each device, two of each login: who comes back to one has been away for a while. */
const WAYS = 2 * LOGINS.length;
/** How often a message is sent after a fault until one must get through: a broken connection is opened again meanwhile. */
const TRIALS = 4;

/** How many cells it takes for one act more. */
const CELLS_OF_AN_ACT = 5;

const red = NodeRed.duringTests();

/** What became of the cells, by their names. */
interface Tally {
  wrong: string[];
  /** Where the message did not come into that phase, so that nothing happened. */
  missed: string[];
}

/** One fault in one phase of one act. */
interface Cell {
  name: string;
  rehearsed: Rehearsed;
  plan: Plan;
  login: Login;
}

/** What no request gets through to, for one act. */
interface Door {
  name: string;
  act: Act;
  condition: Condition;
}

const isSlow = ({ plan }: Cell): boolean => isEndless(plan.strike);

const TITLE = "every fault of a connection is told by its name, and the next message works";

faults(TITLE, { short: 80, long: 1_000_000 }, async (random, cases) => {
  const conditions = await Conditions.start(red.userDir);
  // Of few cells, few acts are enough.
  const choose = (acts: Act[]) => random.some(ownPart(mayBeWanted(acts)), Math.ceil(cases / CELLS_OF_AN_ACT));
  const outcome = await rehearsing(red, choose, async ({ acts, wrong }) => {
    const all = [
      ...acts.flatMap(cellsOf),
      ...acts.flatMap(({ act }) => conditions.all.map((condition) => doorOf(act, condition))),
    ].filter(({ name }) => isWanted(name));
    const tried = random.some(all, cases);
    const cells = tried.filter((one) => "plan" in one);
    const doors = tried.filter((one) => "condition" in one);
    const tally: Tally = { wrong: [], missed: [] };
    await tryCells(cells.filter(isSlow), TIMEOUT, tally);
    const quick = cells.filter((cell) => !isSlow(cell));
    await tryCells(quick, ENOUGH, tally);
    await tryDoors(doors, conditions, tally.wrong);
    const figures = {
      acts: acts.length,
      "cells of these": all.length,
      tried: tried.length,
      right: tried.length - tally.wrong.length,
      wrong: tally.wrong.length,
      missed: tally.missed.length,
    };
    return { figures, wrong: [...wrong, ...tally.wrong] };
  });
  await conditions.close();
  return outcome;
});

/** Each phase of an act is one of its requests: to log in, to open a connection, to look, or to change something. */
function cellsOf(rehearsed: Rehearsed): Cell[] {
  const strikes = everyStrike(LATE);
  const phases = [...new Set(rehearsed.usual.exchanges.map(phaseOf))];
  const plans = phases.flatMap((among) => strikes.map((strike): Plan => ({ strike, among, after: 0 })));
  if (usesSocket(rehearsed.usual)) plans.push(...strikes.filter(isForFrames).flatMap(frameStrikes));
  return plans.map((plan, index) => cellOf(rehearsed, plan, index));
}

const isForFrames = (strike: Strike): boolean =>
  strike.kind === "restart" ||
  (strike.kind === "foreign" && strike.what === "garbage") ||
  ((strike.kind === "cut" || strike.kind === "late") && strike.of === "request");

/** The first is of an event, the last are of what asks whether all has come. */
const frameStrikes = (strike: Strike): Plan[] => [0, 1, 2].map((after) => ({ strike, among: "frames", after }));

function cellOf(rehearsed: Rehearsed, plan: Plan, index: number): Cell {
  const { strike, among, after } = plan;
  const needsSession = among === "login" || strike.kind === "expire";
  const [login = "headers"] = needsSession ? ["session" as const] : loginsInTurn(1, index);
  return { name: `${rehearsed.act.name}, ${among} ${after}, ${JSON.stringify(strike)}`, rehearsed, plan, login };
}

const doorOf = (act: Act, condition: Condition): Door => ({ name: `${act.name}, ${condition.name}`, act, condition });

async function tryCells(cells: readonly Cell[], timeout: number, { wrong, missed }: Tally): Promise<void> {
  const byAct = new Map<Act, Cell[]>();
  for (const cell of cells) byAct.set(cell.rehearsed.act, [...(byAct.get(cell.rehearsed.act) ?? []), cell]);
  const ways = (act: Act) => [
    ...loginsInTurn(WAYS),
    ...(byAct.get(act) ?? []).filter(({ plan }) => isRefusedLogin(plan.strike)).map(({ login }) => login),
  ];
  const bench = await Bench.start(red, [...byAct.keys()], { timeout, ways });
  await inTurns(bench.lanes, async (lane) => {
    for (const cell of byAct.get(lane.act) ?? []) {
      const { mistake, isStruck } = await tryCell(lane, cell).catch((error: unknown) => ({
        mistake: String(error),
        isStruck: true,
      }));
      if (mistake !== undefined) wrong.push(noted(`${cell.name}: ${mistake}`));
      if (!isStruck) missed.push(noted(`${cell.name}: nothing happened`));
    }
  });
  const again = await bench.close();
  if (again > 0) wrong.push(`${again} messages ended again later`);
}

interface Found {
  mistake: string | undefined;
  isStruck: boolean;
}

async function tryCell(lane: Lane, { rehearsed: { world, usual }, plan, login }: Cell): Promise<Found> {
  const trial = await lane.send(world, structuredClone(plan), { login, isForgotten: plan.among === "login" });
  const isStruck = trial.strike !== undefined;
  const mistake = wrongIn(trial, usual) ?? misnamed(trial, plan, hasSocket(usual)) ?? badStatus(trial);
  if (mistake !== undefined || isRefusedLogin(plan.strike)) return { mistake, isStruck };
  let next: Trial | undefined;
  for (let trials = 0; trials < TRIALS && next?.results !== 1; trials += 1)
    next = await lane.send(world, undefined, { again: true });
  const works = next?.results === 1;
  return { mistake: works ? undefined : `the next message: ${next?.errors[0]?.message ?? "nothing"}`, isStruck };
}

/** Also one that is open from the message before. */
const hasSocket = ({ exchanges }: Rehearsed["usual"]): boolean =>
  exchanges.some(({ path }) => path.startsWith("/api/ws"));

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

async function tryDoors(doors: readonly Door[], { all }: Conditions, wrong: string[]): Promise<void> {
  const others = all.flatMap(({ nodes }) => nodes);
  const acts = [...new Set(doors.map(({ act }) => act))];
  const bench = await Bench.start(red, acts, { timeout: ENOUGH, ways: () => loginsInTurn(1), others });
  await inTurns(bench.lanes, async ({ act }) => {
    for (const { name, condition } of doors.filter((door) => door.act === act)) {
      const { error, isSent } = condition;
      const { errors, results, completed } = await bench.ends(act.name, condition.name);
      const [said] = errors;
      const isOne = results === 0 && errors.length === 1 && completed === 1;
      if (isOne && said?.name === error && (isSent || said.outcome === undefined)) continue;
      wrong.push(noted(`${name}: ${said ? `${said.name} (${said.outcome}): ${said.message}` : "a result"}`));
    }
  });
  await bench.close();
}
