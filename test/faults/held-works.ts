import type { PiKVM } from "../../src/client";
import type { Random } from "./random";

/** Characters that only one text of a case has. None needs Shift, and no other key of a case types any. */
const ALPHABETS = ["abcdef", "ghijkl", "mnopqr", "stuvwx", "yz0123", "456789"];

/** What one flow does with keyboard and mouse. */
export interface Work {
  name: string;
  /** Milliseconds after which it begins. */
  after: number;
  /** What it types. */
  text?: string;
  run: (kvm: PiKVM, signal: AbortSignal) => Promise<unknown>;
}

/** What a finished text says of itself. */
export interface Typed {
  sent: number;
  typed: number;
  incomplete?: true;
}

type Kind = (random: Random, text: string) => Pick<Work, "text" | "run">;

const DELAYS = [0, 0, 0.002, 0.005, 0.02];

const KINDS: Readonly<Record<string, Kind>> = {
  text: (random, text) => {
    const [delay, fast] = [random.pick(DELAYS), random.next() < 0.15];
    return { text, run: (kvm, signal) => kvm.keyboard.type(text, { delay, fast, signal }) };
  },
  "macro with a text": (random, text) => {
    const delay = random.pick([0, 5]);
    const key = (state: boolean) => ({ event_type: "key", event: { key: "F8", state } });
    const macro = [
      key(true),
      { event_type: "delay", event: { millis: 30 } },
      { event_type: "print", event: { text, delay } },
      key(false),
    ];
    return {
      text,
      run: async (kvm, signal) => {
        const { incomplete } = await kvm.macros.play(macro, { signal });
        return { sent: text.length, typed: incomplete ? 0 : text.length, ...(incomplete && { incomplete }) };
      },
    };
  },
  shortcut: () => ({ run: (kvm, signal) => kvm.keyboard.shortcut(["ControlLeft", "AltLeft", "F1"], { signal }) }),
  hold: (random) => {
    const [key, hold] = [random.pick(["F2", "ShiftLeft", "ControlRight"]), 0.02 + random.next() / 3];
    return { run: (kvm, signal) => kvm.keyboard.press(key, hold, { signal }) };
  },
  tap: (random) => {
    const key = random.pick(["F3", "AltLeft"]);
    return { run: (kvm, signal) => kvm.keyboard.press(key, 0, { signal }) };
  },
  "press a button": (random) => {
    const isReleased = random.next() < 0.5;
    return {
      run: async (kvm, signal) => {
        await kvm.pointer.press("right", { signal });
        if (isReleased) await kvm.pointer.release("right", { signal });
      },
    };
  },
  click: () => ({ run: (kvm, signal) => kvm.pointer.click({ count: 2, signal }) }),
  drag: () => ({
    run: (kvm, signal) => kvm.pointer.drag({ x: 1, y: 1 }, { x: 9, y: 9 }, { steps: 5, duration: 0.2, signal }),
  }),
  scroll: () => ({ run: (kvm, signal) => kvm.pointer.scroll(0, -500, { signal }) }),
  snapshot: () => ({ run: (kvm, signal) => kvm.screen.snapshot({ signal }) }),
};

/** Some works at once, of which the first types. */
export function someWorks(random: Random): Work[] {
  const others = Object.keys(KINDS);
  const names = ["text", ...Array.from({ length: random.below(5) }, () => random.pick([...others, "text", "text"]))];
  return names.map((name, index) => {
    const text = Array.from({ length: 4 + random.below(50) }, () => random.pick((ALPHABETS[index] ?? "").split("")));
    const made = (KINDS[name] ?? KINDS["text"])?.(random, text.join(""));
    if (!made) throw new Error(`no work is called ${name}`);
    return { name, after: random.below(150), ...made };
  });
}

/** Which text a character belongs to. */
export const ownerOf = (character: string): number => ALPHABETS.findIndex((alphabet) => alphabet.includes(character));
