import { setMaxListeners } from "node:events";
import type { Deadline } from "../deadline";
import { CancelledError, PiKVMError, WebSocketError } from "../errors";
import type { Lane } from "../lanes/lane";
import { listen, type SocketTiming } from "../events/listen";
import { mergeEvent, parseEvent } from "../events/merge";
import { openWebSocket } from "../events/socket";
import type { States } from "../events/states";
import type { Transport } from "../http/transport";

/** How far the video is. `no signal` also while it starts, before its first picture. */
export type VideoProgress = "not connected" | "not started" | "no signal" | "running";

/**
 * One WebSocket that counts as a viewer (`stream=1`), so that the device runs its video, and what the device tells there of it. Opened
 * within the HID lane, as every session.
 */
export class Viewer {
  readonly #stop = new AbortController();
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  #states: States = {};
  #progress: VideoProgress = "not connected";
  readonly #waiting: (() => void)[] = [];

  constructor(transport: Transport, hidLane: Lane, timing: SocketTiming) {
    setMaxListeners(0, this.#end.signal);
    this.#ended = this.#run(transport, hidLane, timing);
  }

  /** Ends when the connection could not be opened, breaks, or was closed; its reason is the error. */
  get end(): AbortSignal {
    return this.#end.signal;
  }

  get progress(): VideoProgress {
    return this.#progress;
  }

  /** Waits for the video to be as far. */
  async until(isEnough: (progress: VideoProgress) => boolean, deadline: Deadline): Promise<void> {
    while (!isEnough(this.#progress)) {
      await deadline.race(new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
  }

  /** Closes it at once. */
  async close(): Promise<void> {
    this.#stop.abort(new CancelledError("The video is not watched any more."));
    await this.#ended;
  }

  /** Never rejects. */
  async #run(transport: Transport, hidLane: Lane, timing: SocketTiming): Promise<void> {
    const { signal: stop } = this.#stop;
    try {
      const socket = await hidLane.run((turn) => openWebSocket(transport, "/api/ws?stream=1", turn), stop);
      const receive = (data: Buffer, isBinary: boolean) => {
        if (!isBinary) this.#take(data);
      };
      await listen(socket, { stop, timing, receive, name: "video connection" });
      this.#end.abort(stop.reason);
    } catch (error) {
      const isOurs = error instanceof PiKVMError;
      this.#end.abort(isOurs ? error : new WebSocketError("The video connection failed.", { cause: error }));
    }
  }

  #take(data: Buffer): void {
    const change = mergeEvent(this.#states, parseEvent(data));
    if (change?.kind !== "streamer") return;
    this.#states = { streamer: change.state };
    this.#progress = progressOf(change.state);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function progressOf(state: unknown): VideoProgress {
  // As the device sends it, which may be any; only what is needed here is looked at.
  const { streamer } = state as { streamer?: { source?: { online?: unknown } } | null };
  if (!streamer) return "not started";
  return streamer.source?.online === true ? "running" : "no signal";
}
