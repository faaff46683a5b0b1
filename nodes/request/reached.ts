import type { Reached } from "../../src/runtime/look";

export const reached = ({ status_code: status }: { status_code: number }): Reached => ({
  words: "answered",
  values: { status },
});
