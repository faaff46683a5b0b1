/** Recordings of a real kvmd 4.197. They are not part of the package: tests that need them skip without them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { type Json, type JsonObject } from "../../src/simulator/api/python";

export interface Recording {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query: string | Readonly<Record<string, string>>;
    readonly auth: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly form?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly body_len?: number;
  };
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body_len: number;
  readonly body_json?: Json;
  readonly body_text?: string;
  readonly body_base64?: string;
}

/** One line of a recorded WebSocket session. */
export interface Line {
  readonly ms: number;
  readonly dir: "<" | ">" | "#";
  readonly text?: { readonly event_type: string; readonly event: JsonObject };
  readonly note?: string;
}

const FOLDER = resolve(__dirname, "../../../../shared/captures/kvmd-4.197");

/** Why the tests that replay them must be skipped; false when they are here. */
export const ABSENT = existsSync(FOLDER) ? false : "the recordings are not part of the package";

export function recordingNames(): string[] {
  return readdirSync(join(FOLDER, "http"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

export function recording(name: string): Recording {
  const file = JSON.parse(readFileSync(join(FOLDER, "http", `${name}.json`), "utf8")) as Recording; // the recorder's format
  // Some files were renamed after they were written.
  return { ...file, name };
}

export function session(name: string): Line[] {
  const lines = readFileSync(join(FOLDER, "ws", `${name}.jsonl`), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Line); // the recorder's format
}

/** Binary frames that were sent to a real device, and whether it took them. */
export function binarySteps(): { readonly name: string; readonly frame: string; readonly accepted: boolean }[] {
  const file = readFileSync(join(FOLDER, "../device-4.206/ws_binary.json"), "utf8");
  const { steps } = JSON.parse(file) as { steps: { name: string; frame?: string; accepted?: boolean }[] }; // the recorder's format
  return steps.flatMap(({ name, frame, accepted }) =>
    frame !== undefined && accepted !== undefined ? [{ name, frame, accepted }] : [],
  );
}
