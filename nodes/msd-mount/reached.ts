import type { Reached } from "../../src/runtime/look";

interface DriveSummary {
  action: string;
  changed: boolean;
  image: string | null;
  state: { drive?: { connected?: boolean } | null };
}

export function reached({ action, changed, image, state }: DriveSummary): Reached {
  if (action === "eject") return { words: changed ? "ejected" : "nothing_mounted" };
  if (image === null || state.drive?.connected === false) return { words: "nothing_mounted" };
  if (action !== "state" && !changed) return { words: "already_mounted" };
  return { words: "mounted", values: { image } };
}
