/**
 * Requests with their answers as the files of `http` and `down` hold them. `answers.ts` has those of all recorders in
 * one shape.
 */
import type { Json } from "../../src/simulator/api/python";
import { filesIn, jsonOf } from "./files";

export interface Exchange {
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

/** Of the version that the simulator imitates, answered while everything ran. */
const FOLDER = "kvmd-4.197/http";

export function exchangeNames(): string[] {
  return filesIn(FOLDER, ".json").map((path) => path.slice(FOLDER.length + 1, -".json".length));
}

export function exchange(name: string): Exchange {
  const file = jsonOf(`${FOLDER}/${name}.json`) as Exchange; // the recorder's format
  // Some files were renamed after they were written.
  return { ...file, name };
}

/** The bytes of an answer that is neither JSON nor text. */
export function bytesOf({ body_base64: body }: Exchange): Buffer {
  return Buffer.from(body ?? "", "base64");
}
