import { createServer, type AddressInfo, type Server } from "node:net";

/** How the demo flow is told its broker. */
interface BrokerEnvironment {
  PIKVM_MQTT_PORT: string;
}

export interface DemoBroker {
  environment: BrokerEnvironment;
  /** A command that shows everything on it. */
  look: string;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const USUAL_PORT = 1883;

/** An MQTT broker (3.1.1, without a login) that any program of this computer can join; on the usual port if it is free. */
export async function demoBroker(): Promise<DemoBroker> {
  // Loaded only here: it is no dependency of the package.
  const { Aedes } = await import("aedes");
  const aedes = await Aedes.createBroker();
  const server = createServer((socket) => void aedes.handle(socket));
  await listen(server, USUAL_PORT).catch(() => listen(server, 0));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    environment: { PIKVM_MQTT_PORT: String(port) },
    // A picture is nothing for a terminal.
    look: `mosquitto_sub -h ${HOST} -p ${port} -t 'pikvm/#' -T 'pikvm/+/picture' -v`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(resolve));
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
