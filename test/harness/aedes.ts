import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Aedes } from "aedes" with { "resolution-mode": "import" };
import { Broker } from "./broker";

/** A broker of MQTT 3.1.1 in this process, with the same face as Mosquitto. */
export class AedesBroker extends Broker {
  readonly title = "aedes";
  readonly protocolVersion = 4;
  readonly #sockets = new Set<Socket>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;

  protected async listen(port: number): Promise<void> {
    const { Aedes } = await import("aedes");
    const aedes = await Aedes.createBroker({
      authenticate: (client, username, password, done) => {
        const { login } = this;
        const isRight = !login || (username === login.username && password?.toString("utf8") === login.password);
        this.say(`${client.id} ${isRight ? "connected" : "was refused"}`);
        done(null, isRight);
      },
    });
    aedes.on("clientDisconnect", (client) => this.say(`${client.id} disconnected`));
    aedes.on("subscribe", (subscriptions, client) => {
      for (const { topic, qos } of subscriptions) this.say(`${client.id} ${qos} ${topic}`);
    });
    const server = this.identities
      ? createTlsServer(this.identities.device, (socket) => void aedes.handle(socket))
      : createServer((socket) => void aedes.handle(socket));
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#aedes = aedes;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.on("error", reject).listen(port, "127.0.0.1", resolve);
    });
  }

  protected async end(how: "stop" | "kill"): Promise<void> {
    if (how === "kill") this.cut();
    const [aedes, server] = [this.#aedes, this.#server];
    if (!aedes || !server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    await new Promise<void>((resolve) => aedes.close(resolve));
    this.cut();
    await closed;
  }

  /** Ends all connections without a word; who was connected may come again. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
