import { setTimeout as sleep } from "node:timers/promises";
import type { Simulator } from "../../src/simulator";
import type { Cable } from "./cable";
import type { Follower } from "./followers";
import { happen, isSurvived, type Outage } from "./outage";

/** Seconds, by the clock of this process, after which nothing more is waited for. */
const PATIENCE = 120;

/** A device, and somebody who is connected to it. */
export interface Place {
  simulator: Simulator;
  cable: Cable;
  follower: Follower;
  /** How often its login may be refused, and made anew, when kvmd has forgotten its sessions. */
  logins: number;
}

/** How an outage went. Times in seconds. */
export interface Passed {
  /** Until it was noticed that the device had gone in silence. */
  found?: number;
  /** From the device's return, or from its being missed if that is later, to the connection, and to the right state. */
  back?: number;
  right?: number;
  /** Connections that were tried. */
  attempts: number;
  /** In the log. */
  lines: number;
  /** What should not be so. */
  wrong: string[];
}

/** Lets a device be away once, and looks at what is told of it, and at what is done when it is back. */
export async function passed(outage: Outage, place: Place): Promise<Passed> {
  const { simulator, cable, follower } = place;
  const { told } = follower;
  const wrong: string[] = [];
  if (!(await until(() => told.isConnected && told.power.length > 0))) wrong.push("not connected at first");
  await sleep(outage.after * 1000);
  const look = looking(place);
  const asked: Promise<void>[] = [];
  told.onConnected = () => asked.push(ask(place, wrong));

  const begin = performance.now();
  await happen(outage, simulator, cable);
  const returned = performance.now();
  const expected = isSurvived(outage) ? "" : "lost,regained";
  const isRight = () => told.power.at(-1) === simulator.host.power;
  const isOver = () => told.isConnected && isRight() && (look().pair.length > 0 || expected === "");
  if (!(await until(isOver))) wrong.push(`not right after ${PATIENCE} s: ${JSON.stringify(told)}`);
  const right = performance.now();
  if (asked.length === 0) asked.push(ask(place, wrong));
  await Promise.all(asked);
  told.onConnected = () => undefined;
  // What the device said on the connections that it has forgotten.
  cable.appear();

  const { pair, changes, greetings, refused, logins, presses, attempts, lines } = look();
  const { power, ghosts } = told;
  const isLed = simulator.host.power;
  const mistakes: [boolean, string][] = [
    [pair !== expected, `told ${pair || "of nothing"}`],
    [greetings > changes.length / 2, `${greetings} connections began`],
    [ghosts > 0, `${ghosts} events without a connection`],
    // Where the connection lasts, what changed meanwhile is told one by one.
    [expected !== "" && power.some((isLit) => isLit !== isLed), `the LED was ${isLed}, and told as ${power.join()}`],
    [power.some((isLit, index) => isLit === power[index - 1]), `told twice: ${power.join()}`],
    [presses > 0, `${presses} presses`],
    [refused > place.logins, `${refused} logins were refused`],
    [logins > place.logins, `${logins} logins were made`],
  ];
  told.ghosts = 0;
  told.power = power.slice(-1);
  const [lost, regained] = changes;
  const missed = Math.max(returned, lost?.at ?? 0);
  const wasSilent = outage.kind === "gone" || outage.kind === "half-open";
  return {
    ...(lost && wasSilent ? { found: (lost.at - begin) / 1000 } : {}),
    ...(regained ? { back: Math.max(0, regained.at - missed) / 1000 } : {}),
    right: Math.max(0, right - missed) / 1000,
    ...{ attempts, lines },
    wrong: [...wrong, ...mistakes.flatMap(([isSo, what]) => (isSo ? [what] : []))],
  };
}

/** Asks for what is so already: nothing is to be pressed. */
async function ask({ simulator, follower }: Place, wrong: string[]): Promise<void> {
  const isOn = simulator.host.power;
  try {
    if (await follower.switch(isOn)) wrong.push(`a press although it was ${isOn ? "on" : "off"} already`);
  } catch (error) {
    wrong.push(`asked for what is so already: ${String(error)}`);
  }
}

/** @returns what has happened since, each time it is called. */
function looking({ simulator, cable, follower }: Place) {
  const { told } = follower;
  const before = { connections: told.connections.length, greetings: told.greetings, tried: cable.tried };
  const [request, presses, lines] = [simulator.requests.at(-1), simulator.host.presses.length, follower.lines()];
  return () => {
    const changes = told.connections.slice(before.connections);
    const requests = simulator.requests.slice(request ? simulator.requests.lastIndexOf(request) + 1 : 0);
    return {
      changes,
      pair: changes.map(({ connected }) => (connected ? "regained" : "lost")).join(),
      greetings: told.greetings - before.greetings,
      refused: requests.filter(({ status }) => status === 401 || status === 403).length,
      logins: requests.filter(({ path, status }) => path === "/api/auth/login" && status === 200).length,
      presses: simulator.host.presses.length - presses,
      attempts: cable.tried - before.tried,
      lines: follower.lines() - lines,
    };
  };
}

async function until(isSo: () => boolean): Promise<boolean> {
  const end = performance.now() + PATIENCE * 1000;
  while (!isSo()) {
    if (performance.now() > end) return false;
    await sleep(50);
  }
  return true;
}
