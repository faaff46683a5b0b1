import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { before, describe, test } from "node:test";
import { mergeEvent } from "../../src/client/events/merge";
import type { States } from "../../src/client";
import { allRecorded, breaksOff } from "../recordings/answers";
import { eventsIn, sessionFiles } from "../recordings/sessions";
import { replayOf } from "./replay";

const ROOT = resolve(__dirname, "../../..");
const TSCONFIG = {
  extends: join(ROOT, "tsconfig.json"),
  compilerOptions: {
    noEmit: true,
    incremental: false,
    rootDir: "/",
    typeRoots: [join(ROOT, "node_modules/@types")],
  },
  files: ["values.ts"],
  include: [],
};

/** Kinds that have a type of their own beside `States`. */
const STATES = "States & { gpio?: GpioState; streamer?: StreamerState; switch?: SwitchState }";

interface Constant {
  /** Where it comes from. */
  name: string;
  /** An expression of types of the client. */
  type: string;
  value: unknown;
}

/** Every recorded value whose type the client tells its users. */
function constants(): Constant[] {
  const answers = allRecorded().flatMap((recorded): Constant[] => {
    const { name, status = 0, isPartial } = recorded;
    const replay = replayOf(recorded);
    if (replay?.type === undefined || status < 200 || status >= 300 || isPartial || breaksOff(recorded)) return [];
    return [{ name, type: replay.type, value: replay.expected(recorded) }];
  });
  const states = sessionFiles().map((name): Constant => {
    const value: States = {};
    for (const event of eventsIn(name)) {
      const change = mergeEvent(value, event);
      if (change) value[change.kind] = change.state;
    }
    return { name, type: STATES, value };
  });
  return [...answers, ...states];
}

/**
 * What the compiler says of the values as literals of their types: of a literal it also refuses fields that the type
 * does not have.
 */
function complaints(values: readonly Constant[]): string[] {
  const lines = values.map(({ type, value }, index) => `export const c${index}: ${type} = ${JSON.stringify(value)};`);
  const names = new Set(
    values.flatMap(({ type }) => type.match(/\b[A-Z]\w+/g) ?? []).filter((name) => !GLOBAL.has(name)),
  );
  const source = [`import type { ${[...names].join(", ")} } from "${join(ROOT, "src/client")}";`, ...lines].join("\n");
  return compile(source).map((said) => {
    const [, line = "1", what = said] = /^values\.ts\((\d+),\d+\): (.*)/.exec(said) ?? [];
    return `${values[Number(line) - 2]?.name ?? ""}: ${what}`;
  });
}

/** What the compiler says of a file, a line for each mistake. */
function compile(source: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "pikvm-types-"));
  try {
    writeFileSync(join(folder, "values.ts"), source);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    const tsc = join(ROOT, "node_modules/typescript-7/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "--pretty", "false"], { cwd: folder, encoding: "utf8" });
    // What belongs to a mistake is indented below it.
    return stdout.split("\n").filter((line) => /^\S/.test(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const GLOBAL = new Set(["Awaited", "ReturnType"]);

describe("the types", () => {
  const all = constants();
  const [atx] = all.filter(({ type }) => type === "AtxState");
  const state = atx?.value as object; // an AtxState
  const spoilt = [
    { ...state, extra: 1 },
    { ...state, leds: { power: true } },
    { ...state, busy: "no" },
  ].map((value, index): Constant => ({ name: `spoilt ${index}`, type: "AtxState", value }));
  let found: string[] = [];
  // One run of the compiler for both: it reads its libraries each time.
  before(() => void (found = complaints([...all, ...spoilt])));
  const isOfSpoilt = (said: string) => said.startsWith("spoilt ");

  test(`have a place for every field of ${all.length} recorded values, and say what is in it`, () => {
    assert.ok(all.length >= 120);
    assert.deepEqual(
      found.filter((said) => !isOfSpoilt(said)),
      [],
    );
  });

  test("this test notices a field too many, one too few, and one that is something else", () => {
    assert.deepEqual(
      found.filter(isOfSpoilt).map((said) => said.split(":")[0]),
      spoilt.map(({ name }) => name),
    );
  });
});
