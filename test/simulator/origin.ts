import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** Where it was when the device was recorded. */
export const RECORDED_ORIGIN = "127.0.0.1:18999";

const SIZE = 400_000;

/** The web server that the recorded device downloaded from. @returns Host and port. */
export async function origin(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const [, kind, header] = (request.url ?? "").split("/");
    if (kind === "404") response.writeHead(404).end();
    else if (kind === "nolen") response.writeHead(200).end(Buffer.alloc(SIZE));
    else if (kind === "trunc") {
      response.writeHead(200, { "Content-Length": SIZE });
      response.write(Buffer.alloc(SIZE / 2), () => setImmediate(() => response.destroy()));
    } else if (kind === "named") {
      const disposition = decodeURIComponent(header ?? "");
      response.writeHead(200, { "Content-Length": SIZE, "Content-Disposition": disposition }).end(Buffer.alloc(SIZE));
    } else if (kind === "moved") response.writeHead(302, { Location: "/fast/final%20name.iso?x=1" }).end();
    else if (kind === "endless") {
      response.writeHead(200, { "Content-Length": 1000 * SIZE });
      const timer = setInterval(() => response.write(Buffer.alloc(100)), 2);
      response.once("close", () => clearInterval(timer));
    } else response.writeHead(200, { "Content-Length": SIZE }).end(Buffer.alloc(SIZE));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}
