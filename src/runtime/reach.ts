import { APIError, ConnectError, ConnectionTimeoutError, WebSocketError, type PiKVMError } from "../client";

/** Whether a device could be reached at last, as far as its nodes have seen. Nobody asks it for that. */
export class Reach {
  #isLost = false;
  readonly #followers = new Set<() => void>();

  get isLost(): boolean {
    return this.#isLost;
  }

  /** What a call, or a connection, has come to. @param error absent when all was well. */
  heard(error?: PiKVMError): void {
    const isLost = error === undefined ? false : saysLost(error);
    if (isLost === undefined || isLost === this.#isLost) return;
    this.#isLost = isLost;
    for (const follower of this.#followers) follower();
  }

  /** @param follower is called when it is lost, and when it is back. @returns what ends that. */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}

const UNREACHED = [ConnectError, ConnectionTimeoutError, WebSocketError];
/** What a web server or a proxy answers while kvmd behind it does not. */
const NOBODY_BEHIND = [502, 504];

/** @returns undefined for an error that says nothing about it. */
function saysLost(error: PiKVMError): boolean | undefined {
  if (UNREACHED.some((kind) => error instanceof kind)) return true;
  if (!(error instanceof APIError)) return undefined;
  if (error.error !== "") return false;
  return NOBODY_BEHIND.includes(error.statusCode) ? true : undefined;
}
