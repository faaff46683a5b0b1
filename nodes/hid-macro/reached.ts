import type { Reached } from "../../src/runtime/status";

export const reached = (): Reached => ({ words: "played" });
