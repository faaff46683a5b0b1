import type { Reached } from "../../src/runtime/status";

export const reached = ({ status_code: status }: { status_code: number }): Reached => ({
  words: "answered",
  values: { status },
});
