import type { Reached } from "../../src/runtime/look";

/** Of all that types no text. */
const WORDS: Readonly<Record<string, string>> = {
  shortcut: "pressed",
  key: "pressed",
  release: "released",
  reset: "reset",
  reconnect: "reconnected",
  jiggler_on: "jiggling",
  jiggler_off: "not_jiggling",
};

export function reached({ action, typed, sent }: { action: string; typed?: number; sent?: number }): Reached {
  const words = WORDS[action];
  if (words !== undefined) return { words };
  return typed === undefined
    ? { words: "sent", values: { count: sent ?? 0 } }
    : { words: "typed", values: { count: typed } };
}
