/** Recorded WebSocket sessions. */
import type { JsonObject } from "../../src/simulator/api/python";
import { deviceFolders, filesIn, textOf } from "./files";

export interface SessionEvent {
  readonly event_type: string;
  readonly event: JsonObject;
}

/** A line of a session, with milliseconds since the connect: from the device, to it, or a note. */
export interface Line {
  readonly ms: number;
  readonly dir: "<" | ">" | "#";
  readonly text?: SessionEvent;
  readonly note?: string;
}

/** The files of all sessions whose messages are events of the device. */
export function sessionFiles(): string[] {
  const folders = deviceFolders().flatMap((device) => [device, `${device}/ws`, `${device}/down`]);
  return folders.flatMap((folder) => filesIn(folder, ".jsonl")).filter((file) => !file.endsWith("/media.jsonl"));
}

/** A session of the version that the simulator imitates, while everything ran. */
export function session(name: string): Line[] {
  return linesOf(`kvmd-4.197/ws/${name}.jsonl`) as Line[]; // the recorder's format
}

/** What the device sent, in order. */
export function eventsIn(file: string): SessionEvent[] {
  // Two recorders' formats; what is not JSON stands there as a string.
  const lines = linesOf(file) as { dir?: string; text?: SessionEvent | string; msg?: SessionEvent }[];
  const received = lines.map(({ dir, text, msg }) => msg ?? (dir === "<" ? text : undefined));
  return received.flatMap((message) => (typeof message === "object" ? [message] : []));
}

function linesOf(file: string): unknown[] {
  return textOf(file).trim().split("\n").map((line): unknown => JSON.parse(line)); // prettier-ignore
}
