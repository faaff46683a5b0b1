import type { Age } from "./age";
import { CALLS_SINCE, CALLS_UNTIL, NOT_IN_GLKVM, PARAMS_SINCE } from "./since";

/** Whether a kvmd of this age has a call. @param path - Without `/api`. */
export function hasCall(age: Age, method: string, path: string): boolean {
  if (age.isGlkvm && NOT_IN_GLKVM.some((start) => path.startsWith(start))) return false;
  const since = [path, `${method} ${path}`].map((call) => longest(CALLS_SINCE, call));
  const until = CALLS_UNTIL[path];
  return since.every((first) => first === undefined || age.since(first)) && (until === undefined || !age.since(until));
}

/** Whether a kvmd of this age looks at a parameter of a call. @param path - Without `/api`. */
export function hasParam(age: Age, path: string, name: string): boolean {
  const since = PARAMS_SINCE[path]?.[name];
  return since === undefined || age.since(since);
}

function longest(table: Readonly<Record<string, string>>, call: string): string | undefined {
  const [start] = Object.keys(table)
    .filter((known) => call.startsWith(known))
    .sort((a, b) => b.length - a.length);
  return start === undefined ? undefined : table[start];
}
