import { textMatcher, type OcrOptions, type PiKVM, type TextPattern } from "../client";
import type { Fields } from "../schema/field";
import type { NodeSchema } from "../schema/node";
import { perform, type Work } from "./action";

/**
 * What a dialog can try with the values that stand in it. It reads from the device and changes nothing.
 * @param values by the names of the node's fields; for what is absent its default holds.
 * @returns a picture as a Buffer, or what can be told as JSON.
 * @throws ConfigurationError for a value that cannot be used; what the client throws.
 */
export type Trial = (pikvm: PiKVM, values: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<object>;

export const trialOf =
  <F extends Fields>(schema: NodeSchema<F>, look: (work: Work<F>) => Promise<object>): Trial =>
  (pikvm, values, signal) =>
    perform({ schema, perform: look }, pikvm, { values, signal });

/** Seconds for the video to start while a person waits in a dialog. */
export const VIDEO_TIMEOUT = 6;

/** Reads the screen once, and looks for a text on it. @param darkIsEmpty without a signal there is no text. */
export async function lookForText(
  pikvm: PiKVM,
  pattern: TextPattern,
  { darkIsEmpty = false, ...options }: OcrOptions & { darkIsEmpty?: boolean },
): Promise<{ text: string; found: string | null }> {
  const match = textMatcher(pattern);
  const text = await pikvm.screen.readText({ ...options, videoTimeout: VIDEO_TIMEOUT }).catch((error: unknown) => {
    if (darkIsEmpty && (error as { code?: unknown }).code === "NO_SIGNAL") return "";
    throw error;
  });
  return { text, found: match(text) ?? null };
}
