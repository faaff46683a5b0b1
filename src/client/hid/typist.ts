import { pause, throwIfCancelled } from "../deadline";
import { ConfigurationError, PiKVMError, withNote } from "../errors";
import type { CallOptions } from "../http/transport";
import { asTyped } from "./text";
import { partsOf, type Part } from "./typing";

export interface TypeOptions extends CallOptions {
  /** Keyboard layout of the computer, e.g. `de`; default the device's. See `getKeymaps`. */
  keymap?: string | undefined;
  /** Seconds before each press and each release, 0 to 5. Default 0: as fast as the device can. */
  delay?: number;
  /** Told after each part of the text: characters sent so far, and all of them. */
  onProgress?: ((typed: number, total: number) => void) | undefined;
}

/** Types all parts. @param turn ends it. @param before done before each part. */
type Typing = (turn: AbortSignal, before?: () => Promise<unknown>) => Promise<void>;

/** How a part of a text reaches the device. */
export interface Printer {
  /** @param extraTime seconds that the device may take for it. */
  print(text: string, options: PrintOptions, extraTime: number, signal: AbortSignal): Promise<void>;
  /** Ends when the device is closed. */
  readonly closed: AbortSignal;
}

type PrintOptions = Pick<TypeOptions, "keymap" | "delay">;

/** How much longer than its key events a part may take a busy device. */
const SLOWNESS = 1.5;
const MAX_DELAY = 5;

/** For `Hid.typeText`, which says what it does. @param run does the typing when it is the text's turn. */
export async function typeText(
  printer: Printer,
  given: string,
  { keymap, delay = 0, onProgress }: TypeOptions,
  run: (typing: Typing) => Promise<void>,
): Promise<number> {
  if (!(delay >= 0 && delay <= MAX_DELAY)) {
    throw new ConfigurationError(`A delay of ${delay} s is out of range: 0 to ${MAX_DELAY} s.`);
  }
  const parts = partsOf(asTyped(given), delay);
  const total = parts.reduce((sum, { characters }) => sum + characters, 0);
  let typed = 0;
  const handedOver = ({ characters }: Part): void => {
    typed += characters;
    onProgress?.(typed, total);
  };
  try {
    await run(async (turn, before) => {
      for (const part of parts) {
        throwIfCancelled(turn);
        await before?.();
        await typePart(printer, part, { keymap, delay }, turn);
        handedOver(part);
        // Without a delay the device answers when the part is queued, not when it is typed.
        if (delay === 0) await pause(part.time, turn);
      }
    });
  } catch (error) {
    if (!(error instanceof PiKVMError)) throw error;
    throw withNote(error, `${typed} of ${total} characters had been typed.`, { begun: typed > 0 });
  }
  return total;
}

async function typePart(printer: Printer, part: Part, options: PrintOptions, signal: AbortSignal): Promise<void> {
  const start = Date.now();
  const time = SLOWNESS * part.time;
  try {
    await printer.print(part.text, options, time, signal);
  } catch (error) {
    // What was handed over goes on even when nobody listens to the answer; the next text must not mix with it.
    const left = time - (Date.now() - start) / 1000;
    const mayGoOn = error instanceof PiKVMError && error.outcome === "unknown" && left > 0;
    if (mayGoOn) await pause(left, printer.closed).catch(() => undefined);
    throw error;
  }
}
