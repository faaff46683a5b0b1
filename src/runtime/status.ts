import { failureLook, INSECURE, lookOf, timeOf, type Look, type State, type Subject } from "./look";
import { commonWord, type FlowNode, type NodeAPI, type NodeStatus } from "./red";

/** Characters; the editor has no room for more. */
const LONGEST = 23;

/** Words in which the longest value is cut where they would be too long. */
function fitted(words: (values: Record<string, string>) => string, values: Record<string, string>): string {
  const text = words(values);
  if (text.length <= LONGEST) return text;
  const [name, value] = Object.entries(values).sort(([, a], [, b]) => b.length - a.length)[0] ?? ["", ""];
  const room = value.length - (text.length - LONGEST);
  const shorter = room < 2 ? text : words({ ...values, [name]: cut(value, room) });
  return shorter.length <= LONGEST ? shorter : cut(shorter, LONGEST);
}

/** Not between the halves of one character. */
const cut = (text: string, length: number): string => `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;

/** Names come from devices: what has no width, or turns the direction of a text, is no part of a status. */
const clean = (value: string | number): string => String(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");

/** Milliseconds between two statuses that say how far it is: the editor need not see more. */
const INTERVAL = 100;

/** Texts that are kept; most nodes show few. */
const MOST_TEXTS = 20;

/** What a node shows under itself. The same is not shown twice in a row. */
export class Status {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  /** How far it is, to be shown when it is time, unless there is something else to show by then. */
  #waiting: Look | undefined;
  /** Runs until it is time. */
  #timer: NodeJS.Timeout | undefined;
  /** Good news, which may become old. */
  #news: { status: NodeStatus; subject: Subject | undefined } | undefined;
  /** The device, while nothing has been done with it yet. */
  #expected: Subject | undefined;
  #shown: NodeStatus | undefined;
  /** By what they say: to look for words takes longer than many a piece of work. */
  readonly #texts = new Map<string, string>();

  constructor(RED: NodeAPI, node: FlowNode) {
    this.#RED = RED;
    this.#node = node;
  }

  /** @param subject the device that it comes from, or is about. */
  show(state: State, subject?: Subject): void {
    this.#expected = undefined;
    this.#news = undefined;
    if (state.is === "working" || state.is === "progress") {
      this.#showPassing(lookOf(state, subject));
      return;
    }
    this.#waiting = undefined;
    const isGood = state.is === "done" || state.is === "connected";
    const status = this.#statusOf(isGood && subject?.isInsecure ? INSECURE : lookOf(state, subject));
    if (isGood) this.#news = { status, subject };
    this.#put(status);
  }

  /** Before the first piece of work: what is known of the device that is for it. */
  expect(subject: Subject): void {
    this.#expected = subject;
    this.refresh();
  }

  /** The device that the news come from is lost, or back: in grey they tell how it was at last. */
  refresh(): void {
    if (this.#expected) this.#put(this.#outlook(this.#expected));
    if (!this.#news) return;
    const { status, subject } = this.#news;
    this.#put(subject?.reach.isLost ? { ...status, fill: "grey", shape: "ring" } : status);
  }

  clear(): void {
    this.end();
    this.#news = undefined;
    this.#expected = undefined;
    this.#put({});
  }

  /** Nothing that waits is shown any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  /** What is soon followed by something else. */
  #showPassing(look: Look): void {
    if (this.#timer) {
      this.#waiting = look;
      return;
    }
    this.#put(this.#statusOf(look));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) this.#showPassing(waiting);
    }, INTERVAL);
  }

  #put(status: NodeStatus): void {
    const shown = this.#shown;
    if (shown && shown.text === status.text && shown.fill === status.fill && shown.shape === status.shape) return;
    this.#shown = status;
    this.#node.status(status);
  }

  #outlook(subject: Subject): NodeStatus {
    const error = subject.reach.problem;
    if (error) return this.#statusOf(failureLook({ is: "failed", error }, subject));
    return subject.isInsecure ? this.#statusOf(INSECURE) : {};
  }

  #statusOf({ fill, shape, words, values = {} }: Look): NodeStatus {
    return { fill, shape, text: this.#textOf(words, values) };
  }

  #textOf(words: string, values: NonNullable<Look["values"]>): string {
    const time = timeOf(new Date());
    const key = `${words} ${time} ${JSON.stringify(values)}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, clean(value)]));
    const text = fitted((put) => commonWord(this.#RED, words, { time, ...put }), given);
    if (this.#texts.size >= MOST_TEXTS) this.#texts.clear();
    this.#texts.set(key, text);
    return text;
  }
}
