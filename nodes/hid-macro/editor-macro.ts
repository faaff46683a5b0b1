import { readMacro, type MacroStep } from "../../src/client/hid/macro";
import type { MacroEvent } from "../../src/client/vocabulary";
import { onOneLine } from "../../src/editor/json";
import { wordsOf } from "../../src/editor/words";

const words = wordsOf("hid-macro");

const PARTS = { key: "keyboard", print: "keyboard", mouse: "mouse", atx: "power", gpio: "relays" } as const;

/** A step as it is when it is played, or why it cannot be. */
export type ReadStep = ReturnType<typeof readMacro>[number];

/** The text that was read last, which is read again for each field that is changed, and what it is. */
let latest: { text: string; steps: readonly ReadStep[] | string } = { text: "", steps: "" };

/** The steps of a text, or why it has none. */
export function stepsIn(text: string): readonly ReadStep[] | string {
  if (latest.text !== text) latest = { text, steps: read(text) };
  return latest.steps;
}

function read(text: string): readonly ReadStep[] | string {
  let macro: unknown;
  try {
    macro = JSON.parse(text);
  } catch {
    return words("reason.json");
  }
  if (!Array.isArray(macro) || macro.length === 0) return words("reason.list");
  try {
    return readMacro(macro);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const isReadable = (step: ReadStep): step is MacroStep => !(step instanceof Error);

/** Why a text cannot be played, as far as can be seen without the device, or undefined. The node looks closer. */
export function macroProblem(text: string): string | undefined {
  const steps = stepsIn(text);
  if (typeof steps === "string") return steps;
  const index = steps.findIndex((step) => !isReadable(step));
  const step = steps[index];
  return step instanceof Error ? words("reason.step", { number: index + 1, reason: step.message }) : undefined;
}

/** `124 steps, 61 s: keyboard, mouse`. */
export function summaryOf(steps: readonly ReadStep[]): string {
  const readable = steps.filter(isReadable);
  const millis = readable.reduce((sum, step) => sum + millisOf(step), 0);
  const parts = new Set(readable.flatMap(({ event_type }) => partOf(event_type) ?? []));
  return words("summary", {
    steps: steps.length,
    seconds: Math.round(millis / 1000),
    parts: [...parts].map((part) => words(`part.${part}`)).join(", ") || words("part.none"),
  });
}

/** The ways to bring a macro: a file of the person's own computer, and its JSON. @param take gets what it is. */
export function prepareImport(
  { button, files, paste }: Record<"button" | "files" | "paste", JQuery>,
  take: (macro: string, name: string) => boolean,
): void {
  button.on("click", () => files.trigger("click"));
  files.on("change", () => {
    const input = files.get(0) as HTMLInputElement; // an input of type file, in the node's dialog
    const file = input.files?.[0];
    void file?.text().then((text) => take(onOneLine(text), file.name));
    // Or the same file could not be chosen again.
    input.value = "";
  });
  paste.on("input", () => {
    const text = String(paste.val()).trim();
    if (text !== "" && take(onOneLine(text), "JSON")) paste.val("");
  });
}

/** How long it waits at most; the random range of a mouse is one of places. */
export function millisOf({ event_type, event }: MacroStep): number {
  if (event_type === "delay") return event.millis;
  return event_type === "delay_random" ? event.range.max : 0;
}

function partOf(name: MacroEvent): string | undefined {
  if (name.startsWith("delay")) return undefined;
  const [kind] = name.split("_");
  return PARTS[kind as keyof typeof PARTS];
}
