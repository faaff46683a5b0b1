import type { Reached } from "../../src/runtime/look";
import type { schema } from "./schema";

const WORDS: Record<(typeof schema)["fields"]["action"]["choices"][number], string> = {
  move: "moved",
  click: "clicked",
  double_click: "clicked",
  press: "pressed",
  release: "released",
  drag: "dragged",
  scroll: "scrolled",
  push: "moved",
};

export const reached = ({ action }: { action: keyof typeof WORDS }): Reached => ({ words: WORDS[action] });
