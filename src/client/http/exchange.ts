import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";

type Controller = Dispatcher.DispatchController;

/** How an answer begins. */
export interface Head {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
}

/** Bytes that are kept for their reader before the device must wait for him. */
const HIGH_WATER = 256 * 1024;

/**
 * One request and its answer, as undici tells of them: undici's own `request` makes a stream of each answer, which
 * takes longer than all else of a short one.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Its first byte is about to be written, or was written: from then on the device may have carried it out. */
  sent = false;
  /** Its answer has begun. */
  answered = false;
  /** What is sent as its body, where that is a stream; it is destroyed when the request fails. */
  body: Readable | undefined;
  #head: Head | undefined;
  #pieces: Buffer[] = [];
  #kept = 0;
  #isOver = false;
  #failure: { cause: unknown } | undefined;
  #controller: Controller | undefined;
  #lateEnd: NodeJS.Timeout | undefined;
  /** Its connection has done with it. */
  #isDone = false;
  #onDone: (() => void) | undefined;
  /** For who waits for news. */
  #reader: (() => void) | undefined;

  /** Whether the next piece of its body is waited for, and not the device. */
  get starved(): boolean {
    const { body } = this;
    return body?.readableFlowing === true && body.readableLength === 0 && !body.readableEnded;
  }

  /** Undefined before the answer begins. @throws what keeps it from that. */
  get head(): Head | undefined {
    this.#throwIfFailed();
    return this.#head;
  }

  /** What has arrived since it was taken last. @throws what has cut it short. */
  take(): Buffer[] {
    this.#throwIfFailed();
    const pieces = this.#pieces;
    if (pieces.length === 0) return pieces;
    this.#pieces = [];
    this.#kept = 0;
    if (this.#controller?.paused) this.#controller.resume();
    return pieces;
  }

  /** Whether all of it has arrived, and was taken. */
  get isOver(): boolean {
    return this.#isOver && this.#pieces.length === 0;
  }

  /** Resolves when there is news. */
  news(): Promise<void> {
    return new Promise((resolve) => (this.#reader = resolve));
  }

  /** Ends it. Its connection is closed, unless all of the answer has arrived already. */
  end(reasonOf: () => Error): void {
    if (this.#isOver || this.#failure) return;
    const reason = reasonOf();
    this.#fail(reason);
    this.#controller?.abort(reason);
  }

  /** As `end`, unless all of the answer arrives before. @param seconds for which that is waited for. */
  endLater(reasonOf: () => Error, seconds: number): void {
    if (this.#isOver || this.#failure) return;
    this.#lateEnd ??= setTimeout(() => this.end(reasonOf), seconds * 1000);
  }

  /**
   * As `endLater`, for its reader alone: the connection stays, so that it is known when the device has answered.
   * @param rest seconds for which it stays after that.
   * @returns what resolves when the answer has ended, or never will.
   */
  leaveLater(reasonOf: () => Error, seconds: number, rest: number): Promise<void> {
    if (this.#isDone) return Promise.resolve();
    const done = new Promise<void>((resolve) => (this.#onDone = resolve));
    this.#lateEnd ??= setTimeout(() => {
      const reason = reasonOf();
      this.#fail(reason);
      this.#lateEnd = setTimeout(() => this.#controller?.abort(reason), rest * 1000);
    }, seconds * 1000);
    return done;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // It was ended while it waited for a connection.
    if (this.#failure) controller.abort(this.#failure.cause as Error); // what `end` was given
    else this.sent = true;
  }

  onResponseStart(_: Controller, statusCode: number, headers: Head["headers"]): void {
    if (statusCode < 200) return;
    this.answered = true;
    this.#head = { statusCode, headers };
    this.#wake();
  }

  onResponseData(controller: Controller, piece: Buffer): void {
    this.#pieces.push(piece);
    this.#kept += piece.length;
    if (this.#kept >= HIGH_WATER) controller.pause();
    this.#wake();
  }

  onResponseEnd(): void {
    this.#isOver = true;
    this.#done();
    this.#wake();
  }

  onResponseError(_: Controller | undefined, error: Error): void {
    this.#fail(error);
    this.#done();
  }

  #done(): void {
    this.#isDone = true;
    clearTimeout(this.#lateEnd);
    this.#onDone?.();
  }

  #fail(cause: unknown): void {
    if (this.#failure) return;
    this.#failure = { cause };
    clearTimeout(this.#lateEnd);
    this.body?.destroy();
    this.#wake();
  }

  #wake(): void {
    this.#reader?.();
    // Nobody waits any more: to resolve once more takes longer than to take a piece.
    this.#reader = undefined;
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.cause;
  }
}
