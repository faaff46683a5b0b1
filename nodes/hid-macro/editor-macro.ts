import { MACRO_EVENTS, type MacroEvent } from "../../src/client/vocabulary";
import { onOneLine } from "../../src/editor/json";
import { wordsOf } from "../../src/editor/words";

const words = wordsOf("hid-macro");

interface Step {
  event_type: MacroEvent;
  event: { millis?: unknown; range?: { max?: unknown } };
}

const PARTS = { key: "keyboard", print: "keyboard", mouse: "mouse", atx: "power", gpio: "relays" } as const;

/** Why a text is no macro, as far as can be seen without the device, or undefined. The node looks closer. */
export function macroProblem(text: string): string | undefined {
  const steps = stepsOf(text);
  return typeof steps === "string" ? steps : undefined;
}

/** `124 steps, 61 s: keyboard, mouse`; empty for what is no macro. */
export function summaryOf(text: string): string {
  const steps = stepsOf(text);
  if (typeof steps === "string") return "";
  const millis = steps.reduce((sum, step) => sum + millisOf(step), 0);
  const parts = new Set(steps.flatMap(({ event_type }) => partOf(event_type) ?? []));
  return words("summary", {
    steps: steps.length,
    seconds: Math.round(millis / 1000),
    parts: [...parts].map((part) => words(`part.${part}`)).join(", ") || words("part.none"),
  });
}

/** The button that reads a file of the person's own computer. @param take gets what is in it. */
export function prepareImport(button: JQuery, files: JQuery, take: (macro: string, fileName: string) => void): void {
  button.on("click", () => files.trigger("click"));
  files.on("change", () => {
    const input = files.get(0) as HTMLInputElement; // an input of type file, in the node's dialog
    const file = input.files?.[0];
    void file?.text().then((text) => take(onOneLine(text), file.name));
    // Or the same file could not be chosen again.
    input.value = "";
  });
}

/** The steps, or why there are none. */
function stepsOf(text: string): Step[] | string {
  let steps: unknown;
  try {
    steps = JSON.parse(text);
  } catch {
    return words("reason.json");
  }
  if (!Array.isArray(steps) || steps.length === 0) return words("reason.list");
  const unknown = steps.findIndex((step) => !isStep(step));
  return unknown === -1 ? (steps as Step[]) : words("reason.step", { number: unknown + 1 });
}

function isStep(step: unknown): step is Step {
  if (typeof step !== "object" || step === null || !("event_type" in step && "event" in step)) return false;
  return MACRO_EVENTS.some((name) => name === step.event_type) && typeof step.event === "object" && step.event !== null;
}

/** How long it waits at most; the random range of a mouse is one of places. */
function millisOf({ event_type, event }: Step): number {
  if (event_type !== "delay" && event_type !== "delay_random") return 0;
  return Number(event.millis ?? event.range?.max) || 0;
}

function partOf(name: MacroEvent): string | undefined {
  if (name.startsWith("delay")) return undefined;
  const [kind] = name.split("_");
  return PARTS[kind as keyof typeof PARTS];
}
