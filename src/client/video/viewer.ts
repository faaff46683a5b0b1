import type { Deadline } from "../deadline";
import { CancelledError } from "../errors";
import { mergeEvent, parseEvent } from "../events/merge";
import type { States } from "../events/states";
import type { Connection } from "../sockets/connection";
import type { SocketTiming } from "../sockets/listen";
import type { Sessions } from "../sockets/sockets";
import { Wait } from "../wait";

/**
 * How far the video is. Its connection is `waiting` for those who type, `connecting` while the device does not answer,
 * and `silent` until the device tells of its video. `no signal` also while it starts, before its first picture.
 */
export type VideoStage =
  | "not connected"
  | "waiting"
  | "connecting"
  | "silent"
  | "not started"
  | "no signal"
  | "running";

/** A session that counts as a viewer, so that the device runs its video, and what the device tells there of it. */
export class Viewer {
  readonly #connection: Connection;
  #states: States = {};
  #stage: VideoStage = "waiting";
  readonly #isOpening: () => boolean;
  readonly #waits = new Set<Wait<VideoStage>>();

  constructor({ connect, isOpening }: Sessions, timing: SocketTiming) {
    this.#isOpening = isOpening;
    this.#connection = connect("viewer", {
      name: "video connection",
      timing,
      onOpen: () => (this.#stage = "silent"),
      closed: () => new CancelledError("The video is not watched any more."),
      receive: (data, isBinary) => {
        if (!isBinary) this.#take(data);
      },
    });
  }

  /** Ends when the connection could not be opened, breaks, or was closed; its reason is the error. */
  get end(): AbortSignal {
    return this.#connection.end;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<unknown> {
    return this.#connection.ended;
  }

  get stage(): VideoStage {
    return this.#stage === "waiting" && this.#isOpening() ? "connecting" : this.#stage;
  }

  /** Waits for the video to be as far. @throws the deadline's error. */
  async until(isEnough: (stage: VideoStage) => boolean, deadline: Deadline): Promise<void> {
    const listen = (wait: Wait<VideoStage>) => {
      this.#waits.add(wait);
      wait.see(this.#stage);
      return () => this.#waits.delete(wait);
    };
    await new Wait({ isRight: isEnough }).until(deadline, { listen });
  }

  #take(data: Buffer): void {
    const change = mergeEvent(this.#states, parseEvent(data));
    if (change?.kind !== "streamer") return;
    this.#states = { streamer: change.state };
    this.#stage = stageOf(change.state);
    for (const wait of this.#waits) wait.see(this.#stage);
  }
}

function stageOf(state: unknown): VideoStage {
  // As the device sends it, which may be any; only what is needed here is looked at.
  const { streamer } = state as { streamer?: { source?: { online?: unknown } } | null };
  if (!streamer) return "not started";
  return streamer.source?.online === true ? "running" : "no signal";
}
