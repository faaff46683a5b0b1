import type { Reached } from "../../src/runtime/look";

export function reached({ event }: { event?: "appears" | "disappears" }): Reached {
  if (event === undefined) return { words: "as_wanted" };
  return { words: event === "appears" ? "seen" : "gone" };
}
