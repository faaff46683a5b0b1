import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { issueCertificate, scaledClock, startSimulator, type Identity, type Simulator } from "../../src/simulator";
import { expired, signed } from "../client/certificates";
import { device } from "../harness/flows";
import type { FlowConfig } from "../harness/node-red";
import { LOCKED } from "./strike";

/** What keeps a client from a device before any request. */
export interface Condition {
  /** What messages call the device. */
  name: string;
  /** The name of the error. */
  error: string;
  /** Whether a request is sent all the same. */
  isSent: boolean;
  nodes: FlowConfig;
}

const SILENT = ["half-open", "hangs up"];
const NO_TLS = {
  ...{ name: "", cert: "", key: "", certname: "", keyname: "", caname: "", servername: "", alpnprotocol: "" },
  verifyservercert: true,
};
const TOTP_SECRET = "JBSWY3DPEHPK3PXP";

/** Devices that no message can get through to. */
export class Conditions {
  readonly all: Condition[] = [];
  readonly #folder: string;
  readonly #closing: (() => Promise<unknown>)[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param folder for the certificates of authorities. */
  static async start(folder: string): Promise<Conditions> {
    const conditions = new Conditions(folder);
    await conditions.#addCertificates();
    await conditions.#addServers();
    const skewed = await conditions.#simulator({
      tls: false,
      totpSecret: TOTP_SECRET,
      clock: scaledClock(1, { skew: 3_600_000 }),
    });
    conditions.#add("clock skew", "AuthError", skewed, { credentials: { password: "admin", totpSecret: TOTP_SECRET } });
    const nowhere = { url: "http://no-such-device.invalid", fingerprint: "" };
    conditions.#add("name gone", "ConnectError", nowhere);
    return conditions;
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()));
  }

  async #addCertificates(): Promise<void> {
    const { ca, device: elsewhere } = signed(["10.0.0.1"]);
    const old = expired();
    await this.#addTrusted("certificate for another host", elsewhere, ca.cert);
    await this.#addTrusted("certificate expired", old, old.cert);
    await this.#addTrusted("certificate of nobody known", issueCertificate({ hosts: ["127.0.0.1"] }), ca.cert);
    const changed = await this.#simulator({});
    const { url, fingerprint } = changed;
    changed.changeCertificate();
    this.#add("certificate changed", "ConnectError", { url, fingerprint }, { trust: "fingerprint" });
  }

  async #addTrusted(name: string, tls: Identity, ca: string): Promise<void> {
    const simulator = await this.#simulator({ tls });
    const id = `tls ${name}`;
    const file = path.join(this.#folder, `${name}.pem`);
    writeFileSync(file, ca);
    const config = { id, type: "tls-config", ...NO_TLS, ca: file };
    this.#add(name, "ConnectError", simulator, { trust: "tls", tls: id }, [config]);
  }

  async #addServers(): Promise<void> {
    const silent = await this.#server(() => undefined);
    this.#add("half-open", "ConnectionTimeoutError", silent, { timeout: "1" });
    const answer = `HTTP/1.1 429 Too Many\r\nContent-Type: application/json\r\nContent-Length: ${LOCKED.length}\r\n\r\n${LOCKED}`;
    const locked = await this.#server((socket) => socket.on("data", () => socket.write(answer)));
    this.#add("account locked", "AuthError", locked);
    const closed = await this.#server((socket) => socket.destroy());
    this.#add("hangs up", "ConnectError", closed);
  }

  async #simulator(options: Parameters<typeof startSimulator>[0]): Promise<Simulator> {
    const simulator = await startSimulator(options);
    this.#closing.push(() => simulator.close());
    return simulator;
  }

  async #server(onConnection: (socket: Socket) => void): Promise<{ url: string; fingerprint: string }> {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, fingerprint: "" }; // it listens on a port
  }

  #add(
    name: string,
    error: string,
    at: { url: string; fingerprint: string },
    settings: object = {},
    more: FlowConfig = [],
  ): void {
    const node = device(at, { id: `device ${name}`, name, trust: "none", timeout: "60", ...settings });
    this.all.push({ name, error, isSent: SILENT.includes(name), nodes: [...more, node] });
  }
}
