import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * A port that nobody uses at the moment, below those that the system gives to connections: one of these could be taken
 * by another test before it is listened on.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(10_000, 32_000);
  return (await isFree(port)) ? port : freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.on("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return listens;
}
