import { errorKinds, type PiKVMError } from "../client";
import { againWords, failureWords } from "./failure-words";
import type { Reach } from "./reach";
import { commonWord, type FlowNode, type NodeAPI, type NodeStatus } from "./red";

/** What is so now that something was done. */
export interface Reached {
  /** A key of the catalogue below `reached`; its words may have the time. */
  words: string;
  values?: Record<string, string | number>;
}

/** What a node does, or how it is. */
export type State =
  /** `count` messages are in the node; all but one of them wait. */
  | { is: "working"; count: number }
  /** `text` says how far it is, in numbers. */
  | { is: "progress"; text: string }
  | { is: "done"; reached?: Reached | undefined }
  | { is: "connecting" }
  | { is: "connected" }
  /** The device reports nothing at a path that the flow names. */
  | { is: "nothing_at"; path: string }
  | Failed;

interface Failed {
  is: "failed";
  error: PiKVMError;
  /** The device was connected before. */
  wasThere?: boolean;
  /** When it is tried again by itself. */
  again?: Date | undefined;
}

/** The device that a status is about. */
interface Subject {
  /** Its certificate is not checked. */
  isInsecure: boolean;
  reach: Reach;
}

/** How a state is shown; `words` is a key of the catalogue. */
interface Look {
  fill: NonNullable<NodeStatus["fill"]>;
  shape: NonNullable<NodeStatus["shape"]>;
  words: string;
  values?: Record<string, string | number>;
}

/** Every good news of a device whose certificate is not checked comes with this warning. */
const INSECURE: Look = { fill: "yellow", shape: "dot", words: "status.insecure" };
/** With these there was no connection. */
const UNCONNECTED = ["ConnectError", "ConnectionTimeoutError", "WebSocketError"];
/** Milliseconds; what is tried again sooner need not be announced. */
const SOON = 2000;
/** Milliseconds up to which the time left is told in seconds. */
const SHORT = 100_000;

function lookOf(state: State, subject: Subject | undefined): Look {
  switch (state.is) {
    case "working":
      if (state.count === 1) return { fill: "blue", shape: "dot", words: "status.working" };
      return { fill: "blue", shape: "dot", words: "status.queued", values: { count: state.count - 1 } };
    case "progress":
      return { fill: "blue", shape: "dot", words: "status.progress", values: { text: state.text } };
    case "done":
      if (!state.reached) return { fill: "green", shape: "dot", words: "status.done" };
      return { fill: "green", shape: "dot", ...state.reached, words: `reached.${state.reached.words}` };
    case "connected":
      return { fill: "green", shape: "dot", words: "status.connected" };
    case "connecting":
      return { fill: "yellow", shape: "ring", words: "status.connecting" };
    case "nothing_at":
      return { fill: "yellow", shape: "ring", words: "status.nothing_at", values: { path: state.path } };
    case "failed":
      return failureLook(state, subject);
  }
}

function failureLook({ error, wasThere = false, again = nextTrialOf(error) }: Failed, subject?: Subject): Look {
  const isGrey = (wasThere && subject?.reach.isLost) || error.name === "CancelledError";
  const isUnconnected = errorKinds(error).some((name) => UNCONNECTED.includes(name));
  const fill = isGrey ? "grey" : "red";
  const shape = isGrey || isUnconnected || !subject ? "ring" : "dot";
  const words = againWords(error);
  const left = again === undefined ? 0 : again.getTime() - Date.now();
  if (again === undefined || words === undefined || left < SOON)
    return { fill, shape, words: `status.${failureWords(error, subject !== undefined)}` };
  const values = { time: timeOf(again), seconds: Math.ceil(left / 1000) };
  return { fill, shape, words: `status.${left > SHORT ? words.later : words.soon}`, values };
}

/** When a refused login is tried again, where its error tells. */
function nextTrialOf(error: PiKVMError): Date | undefined {
  return "nextTrial" in error && error.nextTrial instanceof Date ? error.nextTrial : undefined;
}

/** `05:46`, by the clock of the computer that Node-RED runs on. */
function timeOf(date: Date): string {
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}

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

/** Milliseconds between two statuses of one piece of work: the editor need not see more. */
const PROGRESS_INTERVAL = 250;

/** What a node shows under itself. */
export class Status {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  #lastProgress = 0;
  /** Good news, which may become old. */
  #news: { status: NodeStatus; subject: Subject | undefined; isOld: boolean } | undefined;
  /** The device, while nothing has been done with it yet. */
  #expected: Subject | undefined;

  constructor(RED: NodeAPI, node: FlowNode) {
    this.#RED = RED;
    this.#node = node;
  }

  /** @param subject the device that it comes from, or is about. */
  show(state: State, subject?: Subject): void {
    if (state.is === "progress" && !this.#isTime()) return;
    this.#expected = undefined;
    const isGood = state.is === "done" || state.is === "connected";
    const status = this.#statusOf(isGood && subject?.isInsecure ? INSECURE : lookOf(state, subject));
    this.#news = isGood ? { status, subject, isOld: false } : undefined;
    this.#node.status(status);
  }

  /** Before the first piece of work: what is known of the device that is for it. */
  expect(subject: Subject): void {
    this.#expected = subject;
    this.refresh();
  }

  /** The device that the news come from is lost, or back: in grey they tell how it was at last. */
  refresh(): void {
    if (this.#expected) this.#node.status(this.#outlook(this.#expected));
    if (!this.#news) return;
    const { status, subject, isOld } = this.#news;
    const isLost = subject?.reach.isLost ?? false;
    if (isLost === isOld) return;
    this.#news.isOld = isLost;
    this.#node.status(isLost ? { ...status, fill: "grey", shape: "ring" } : status);
  }

  clear(): void {
    this.#news = undefined;
    this.#expected = undefined;
    this.#node.status({});
  }

  #outlook(subject: Subject): NodeStatus {
    const error = subject.reach.problem;
    if (error) return this.#statusOf(failureLook({ is: "failed", error }, subject));
    return subject.isInsecure ? this.#statusOf(INSECURE) : {};
  }

  #statusOf({ fill, shape, words, values = {} }: Look): NodeStatus {
    const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, clean(value)]));
    const time = timeOf(new Date());
    const text = (put: Record<string, string>) => commonWord(this.#RED, words, { time, ...put });
    return { fill, shape, text: fitted(text, given) };
  }

  /** Whether the last progress was shown long enough ago. */
  #isTime(): boolean {
    const now = Date.now();
    if (now - this.#lastProgress < PROGRESS_INTERVAL) return false;
    this.#lastProgress = now;
    return true;
  }
}
