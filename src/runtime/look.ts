import { errorKinds, type PiKVMError } from "../client";
import { againWords, failureWords } from "./failure-words";
import type { Reach } from "./reach";
import type { NodeStatus } from "./red";

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
  /** The device is; the MQTT broker is not. */
  | { is: "broker_lost" }
  /** Another Node-RED has the device. */
  | { is: "elsewhere" }
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
export interface Subject {
  /** Its certificate is not checked. */
  isInsecure: boolean;
  reach: Reach;
}

/** How a state is shown; `words` is a key of the catalogue. */
export interface Look {
  fill: NonNullable<NodeStatus["fill"]>;
  shape: NonNullable<NodeStatus["shape"]>;
  words: string;
  values?: Record<string, string | number>;
}

/** Every good news of a device whose certificate is not checked comes with this warning. */
export const INSECURE: Look = { fill: "yellow", shape: "dot", words: "status.insecure" };
/** With these there was no connection. */
const UNCONNECTED = ["ConnectError", "ConnectionTimeoutError", "WebSocketError"];
/** Milliseconds; what is tried again sooner need not be announced. */
const SOON = 2000;
/** Milliseconds up to which the time left is told in seconds. */
const SHORT = 100_000;

export function lookOf(state: State, subject: Subject | undefined): Look {
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
    case "broker_lost":
      return { fill: "yellow", shape: "ring", words: "status.broker_lost" };
    case "elsewhere":
      return { fill: "grey", shape: "ring", words: "status.elsewhere" };
    case "nothing_at":
      return { fill: "yellow", shape: "ring", words: "status.nothing_at", values: { path: state.path } };
    case "failed":
      return failureLook(state, subject);
  }
}

export function failureLook({ error, wasThere = false, again = nextTrialOf(error) }: Failed, subject?: Subject): Look {
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
export function timeOf(date: Date): string {
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}
