import type { Reached } from "../../src/runtime/look";

const WORDS: Record<string, string> = { upload: "stored", fetch: "stored", download: "saved", remove: "removed" };

export function reached({ action, image, stream }: { action: string; image?: string; stream?: unknown }): Reached {
  if (stream !== undefined) return { words: "handed_on" };
  const words = WORDS[action];
  return words === undefined || image === undefined ? { words: "read" } : { words, values: { image } };
}
