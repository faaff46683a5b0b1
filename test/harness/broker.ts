import { Socket } from "node:net";
import { after, afterEach, before } from "node:test";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { Identity } from "../../src/simulator";
import { signed } from "../client/certificates";
import { freePort } from "../examples/free-port";
import type { Login } from "./logins";
import type { FlowConfig } from "./node-red";

export interface BrokerOptions {
  /** The only one who may connect; everybody may when absent. */
  login?: Login;
  /** Speaks TLS only, with a certificate that an authority of its own has signed. */
  tls?: boolean;
}

/** Lines of a log that are kept, and those that a failure shows. */
const KEPT = 2000;
const SHOWN = 40;

/**
 * An MQTT broker on loopback, which a test starts and ends as often as it likes. Its port stays the same, and it forgets
 * all retained messages each time.
 */
export abstract class Broker {
  abstract readonly title: string;
  abstract readonly protocolVersion: 4 | 5;
  readonly login: Login | undefined;
  /** Its certificate, and the authority that signed it. */
  readonly identities: { ca: Identity; device: Identity } | undefined;
  /** What it says about connections and subscriptions, newest last. */
  readonly log: string[] = [];
  #port: number | undefined;
  #started: Promise<void> | undefined;

  constructor({ login, tls = false }: BrokerOptions = {}) {
    this.login = login;
    this.identities = tls ? signed() : undefined;
  }

  /** Resolves when it takes connections; does nothing when it runs. */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Ends it properly: it closes all connections. */
  async stop(): Promise<void> {
    await this.#end("stop");
  }

  /** Ends it as a power cut would: nobody is told. */
  async kill(): Promise<void> {
    await this.#end("kill");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** It runs from before the first test of the file that calls this until after the last one. */
  duringTests(): this {
    before(() => this.start());
    // The context of a test that failed tells it only since Node.js 20.12; the types are older.
    afterEach((context) => {
      if ((context as { passed?: boolean }).passed !== false) return;
      console.error(`${this.title}:\n${this.log.slice(-SHOWN).join("\n")}`);
    });
    after(() => this.stop());
    return this;
  }

  get port(): number {
    if (this.#port === undefined) throw new Error(`${this.title} was not started`);
    return this.#port;
  }

  get url(): string {
    return `${this.identities ? "mqtts" : "mqtt"}://127.0.0.1:${this.port}`;
  }

  /** A client of mqtt.js with the login, which comes back quickly when it is lost. */
  async connect(options: IClientOptions = {}): Promise<MqttClient> {
    // Hooks of a file's top level run side by side.
    await this.#started;
    const { protocolVersion, identities, login = {} } = this;
    const ca = identities ? { ca: identities.ca.cert } : {};
    const all = { protocolVersion, reconnectPeriod: 50, ...ca, ...login, ...options };
    const client = await connectAsync(this.url, all, false);
    quicken(client);
    return client.on("connect", () => quicken(client));
  }

  /** Node-RED's own config node for it, with the id "broker", and its TLS settings where it needs them. */
  nodes(overrides: object = {}): FlowConfig {
    const { identities, login, port, protocolVersion } = this;
    const tls = { id: "broker-tls", type: "tls-config", cert: "", key: "", ca: "", verifyservercert: true };
    const broker = {
      id: "broker",
      type: "mqtt-broker",
      name: this.title,
      broker: "127.0.0.1",
      port: String(port),
      tls: identities ? tls.id : "",
      usetls: identities !== undefined,
      clientid: "",
      autoConnect: true,
      protocolVersion: String(protocolVersion),
      keepalive: "60",
      cleansession: true,
      autoUnsubscribe: true,
      credentials: login ? { user: login.username, password: login.password } : {},
      ...overrides,
    };
    return identities ? [{ ...tls, credentials: { cadata: identities.ca.cert } }, broker] : [broker];
  }

  protected abstract listen(port: number): Promise<void>;

  protected abstract end(how: "stop" | "kill"): Promise<void>;

  protected say(line: string): void {
    this.log.push(line);
    if (this.log.length > KEPT) this.log.shift();
  }

  async #start(): Promise<void> {
    this.#port ??= await freePort();
    await this.listen(this.#port);
  }

  async #end(how: "stop" | "kill"): Promise<void> {
    // One that could not start may have left something.
    await this.#started?.catch(() => undefined);
    this.#started = undefined;
    await this.end(how);
  }
}

/** Without this what follows an unanswered packet waits 40 ms for the system's answer to that. */
function quicken({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}
