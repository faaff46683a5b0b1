import { isRecord } from "../http/shape";
import type { Connection, Frame } from "../sockets/connection";
import type { DeviceEvent } from "./merge";
import type { SoftwareVersion } from "../versions";

const PONG = Buffer.of(0xff);

/**
 * One session of the event connection, for those who send something over it. Nothing of it goes on in the next session.
 */
export class LinkSession {
  readonly #connection: Connection;
  /** Who waits for an answer to a ping; the device answers them in turn. */
  readonly #pings: (() => void)[] = [];
  readonly #begin = performance.now();
  #version: SoftwareVersion | undefined;
  #clientsTold = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Ends with the session; the reason is a `PiKVMError`. */
  get ended(): AbortSignal {
    return this.#connection.end;
  }

  /** Milliseconds since its beginning. */
  get age(): number {
    return performance.now() - this.#begin;
  }

  /** How often the device has told how many watch; it does so with each who comes and goes, this one included. */
  get clientsTold(): number {
    return this.#clientsTold;
  }

  /** Undefined until the device has told it, which is the first thing it says; old ones never do. */
  get version(): SoftwareVersion | undefined {
    return this.#version;
  }

  /**
   * Resolves when the operating system has taken it, which is later when the device does not keep up.
   * @throws WebSocketError; the device may have got what was sent before it.
   */
  send(frame: Frame): Promise<void> {
    return this.#connection.send(frame);
  }

  /** Resolves when it is answered; never, when the session ends before. */
  async ping(frame: Frame): Promise<void> {
    const answered = new Promise<void>((resolve) => this.#pings.push(resolve));
    await this.send(frame);
    await answered;
  }

  /** What the device says about the session itself. */
  receive({ event_type, event }: DeviceEvent): void {
    if (event_type === "pong") this.#pings.shift()?.();
    else if (event_type === "loop") this.#version = versionOf(event);
    else if (event_type === "clients") this.#clientsTold += 1;
  }

  /** The answer to a binary ping is the one binary message there is. */
  receiveBinary(data: Buffer): void {
    if (data.equals(PONG)) this.#pings.shift()?.();
  }
}

function versionOf(event: unknown): SoftwareVersion | undefined {
  const version = isRecord(event) ? event["version"] : undefined;
  if (!isRecord(version)) return undefined;
  const { major, minor } = version;
  return typeof major === "number" && typeof minor === "number" ? { major, minor } : undefined;
}
