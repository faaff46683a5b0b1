import type { Reached } from "../../src/runtime/look";

export function reached({ action, typed, sent }: { action: string; typed?: number; sent?: number }): Reached {
  if (action !== "text") return { words: action === "release" ? "released" : "pressed" };
  return typed === undefined
    ? { words: "sent", values: { count: sent ?? 0 } }
    : { words: "typed", values: { count: typed } };
}
