import type { Reached } from "../../src/runtime/look";

export const reached = (): Reached => ({ words: "played" });
