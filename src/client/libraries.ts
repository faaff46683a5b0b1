import type * as Undici from "undici";
import type { WebSocket } from "ws";

/*
 * What the client needs of others, loaded at its first use: undici takes longer to load than all of this package, and a
 * Node-RED in which nothing of ours is deployed needs neither.
 */

/** Made at its first use, and then kept. */
export function once<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

/* oxlint-disable typescript/no-require-imports -- an import would load them at once, `import()` only later */
export const undici = (): typeof Undici => require("undici") as typeof Undici;

export const ws = (): typeof WebSocket => (require("ws") as { WebSocket: typeof WebSocket }).WebSocket;
