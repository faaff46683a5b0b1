import { APIError, AuthError, ConnectError, ConnectionTimeoutError, WebSocketError, type PiKVMError } from "../client";

/** Whether a device could be used at last, as far as its nodes have seen. Nobody asks it for that. */
export class Reach {
  #isLost = false;
  #problem: PiKVMError | undefined;
  readonly #followers = new Set<() => void>();

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Why nobody can use it: it is lost, or refuses the login. */
  get problem(): PiKVMError | undefined {
    return this.#problem;
  }

  /** What a call, or a connection, has come to. @param error absent when all was well. */
  heard(error?: PiKVMError): void {
    if (!error && !this.#problem) return;
    const isLost = error === undefined ? false : saysLost(error);
    if (isLost === undefined) return;
    const problem = isLost || error instanceof AuthError ? error : undefined;
    const isNew = isLost !== this.#isLost || problem?.code !== this.#problem?.code;
    this.#isLost = isLost;
    this.#problem = problem;
    if (isNew) for (const follower of this.#followers) follower();
  }

  /** @param follower is called when something is in the way of using it, and when that is over. @returns what ends that. */
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
