import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { NodeRed } from "../harness/node-red";
import { allActs, isWatching, MACRO, type Act } from "./acts";
import { Bench, inTurns, loginsInTurn, type Trial } from "./bench";
import { usesSocket } from "./verdict";
import { WORLDS, type World } from "./world";

/** An act, and what it does when nothing goes wrong. */
export interface Rehearsed {
  act: Act;
  world: World;
  usual: Trial;
}

/** Whether it changes something. */
export const isChanging = ({ usual }: Rehearsed): boolean => usual.calls.length > 0 || usesSocket(usual);

/** All acts, found by doing each of them, and those that fail although nothing goes wrong. */
interface Rehearsal {
  acts: Rehearsed[];
  wrong: string[];
}

/**
 * @param choose which of them are looked at.
 * @param work is done while there is all that the acts need: files, and a web server with an image.
 */
export async function rehearsing<T>(
  red: NodeRed,
  choose: (acts: Act[]) => Act[],
  work: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "pikvm-faults-"));
  const macro = path.join(folder, "macro.json");
  writeFileSync(macro, MACRO);
  const web = createServer((_, response) => response.end(Buffer.alloc(3000, 7)));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const { port } = web.address() as AddressInfo; // it listens on a port
  const acts = allActs({
    "hid-macro": { file: ["str", macro] },
    "msd-image": { file: ["str", path.join(folder, "image")], url: ["str", `http://127.0.0.1:${port}/new.iso`] },
  });
  try {
    return await work(await rehearse(red, choose(acts)));
  } finally {
    web.close();
    rmSync(folder, { recursive: true });
  }
}

async function rehearse(red: NodeRed, acts: readonly Act[]): Promise<Rehearsal> {
  const found = new Map<Act, Rehearsed>();
  const wrong: string[] = [];
  const bench = await Bench.start(red, acts, { timeout: 30, ways: (_, index) => loginsInTurn(WORLDS.length, index) });
  await inTurns(bench.lanes, async (lane) => {
    const { act } = lane;
    const failures: string[] = [];
    const worlds = WORLDS.filter((world) => world === "running" || !isWatching(act));
    for (const world of worlds) {
      const usual = await lane.send(world);
      failures.push(...usual.errors.map(({ message }) => message));
      const rehearsed = { act, world, usual };
      if (usual.results === 1 && !found.has(act)) found.set(act, rehearsed);
      if (usual.results !== 1 || !isChanging(rehearsed)) continue;
      found.set(act, rehearsed);
      return;
    }
    if (failures.length === worlds.length)
      wrong.push(`${act.name} fails where nothing goes wrong (${failures.join(" ")}): teach it to the suite`);
  });
  await bench.close();
  // In an order that does not depend on how fast each of them was.
  return { acts: acts.flatMap((act) => found.get(act) ?? []), wrong };
}
