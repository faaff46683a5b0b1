import type { Reached } from "../../src/runtime/look";

export function reached({ action, state }: { action: string; state?: { state?: boolean } }): Reached {
  if (action === "pulse") return { words: "pulsed" };
  if (state?.state === undefined) return { words: "read" };
  return { words: state.state ? "on" : "off" };
}
