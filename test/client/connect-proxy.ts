import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";

interface ConnectProxy {
  /** `127.0.0.1:port` */
  target: string;
  /** What it was asked for, in order. */
  asked: { authority: string; login: string | undefined }[];
}

interface Behaviour {
  /** `user:password` that it wants. */
  login?: string;
  /** What it answers instead of connecting. */
  status?: number;
}

/** An HTTP proxy on loopback that knows nothing but CONNECT, ended with the test. */
export async function connectProxy(t: TestContext, { login, status }: Behaviour = {}): Promise<ConnectProxy> {
  const asked: ConnectProxy["asked"] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
  server.on("connect", ({ url = "", headers }, client: Socket) => {
    const given = headers["proxy-authorization"]?.replace("Basic ", "");
    asked.push({ authority: url, login: given === undefined ? given : Buffer.from(given, "base64").toString() });
    const refusal = status ?? (login === asked.at(-1)?.login ? undefined : 407);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} No\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n`);
      return;
    }
    const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(url) ?? [];
    const device = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(device).pipe(client);
    });
    sockets.add(device);
    device.on("error", () => client.destroy());
    client.on("close", () => device.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { target: `127.0.0.1:${port}`, asked };
}
