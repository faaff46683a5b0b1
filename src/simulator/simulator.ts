import { Age } from "./age";
import { fingerprintOf, type Identity, issueCertificate } from "./server/certificate";
import { type Clock, realClock, type Timer, Timers } from "./clock";
import type { Faults } from "./server/faults";
import { Front } from "./server/front";
import { attachRelayBoard } from "./gpio/relay-board";
import { Host, type HostSettings } from "./host/host";
import { Kvmd } from "./kvmd";
import { Listener } from "./server/listener";
import type { ImageSource } from "./msd/msd-storage";
import { isOfPage, simulatorPage } from "./page/page";
import { nginxPage } from "./api/reply";
import { deliver } from "./server/delivery";
import type { RequestRecord } from "./server/request-log";
import type { LockoutSettings } from "./system/lockout";

export interface SimulatorOptions extends HostSettings {
  /** Which kvmd answers: a version such as `3.212`, or `glkvm`, GL.iNet's fork; 4.197 when absent. */
  kvmd?: string | undefined;
  /** 0 (the default) takes any free port. */
  port?: number;
  /** Address to listen on; 127.0.0.1 when absent. */
  host?: string;
  /** TLS with a certificate as a device makes it (default), with this one, or none. */
  tls?: boolean | Identity;
  /** One more listener, plain HTTP, that sends everybody to HTTPS. 0 takes any free port. */
  redirectPort?: number;
  /** `admin` when absent. */
  user?: string;
  /** `admin` when absent. */
  passwd?: string;
  /** Base32; with it every password needs a code behind it. */
  totpSecret?: string;
  /** false: everybody may do everything, as with `kvmd.auth.enabled=false`. */
  auth?: boolean;
  /** Lock logins after too many refusals, as GL.iNet's firmware does; not at all when absent. */
  lockout?: LockoutSettings;
  clock?: Clock;
  /** Images in the storage: name to size in bytes, or to content. */
  images?: Readonly<Record<string, ImageSource>>;
  /** PiKVM Switch units of four ports each, 0 to 5; none when absent. */
  switchUnits?: number;
  /** A board with relays and inputs, labelled in the device's own view. */
  relayBoard?: boolean;
  /** A path in front of everything, as a reverse proxy may add it: `/kvm1`. */
  subPath?: string;
}

export type DeviceState = Pick<
  Kvmd,
  "atx" | "auth" | "gpio" | "hid" | "info" | "log" | "msd" | "ocr" | "prometheus" | "streamer" | "switch" | "wiring"
>;

/** Starts a PiKVM on a loopback port. Resolves when it listens; rejects when the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  try {
    await simulator.listen();
  } catch (error) {
    await simulator.close();
    throw error;
  }
  return simulator;
}

/** A PiKVM in this process and the computer behind it, with all that a test may change and see of them. */
export class Simulator {
  readonly #options: SimulatorOptions;
  readonly clock: Clock;
  /** The computer behind the device. */
  readonly host: Host;
  readonly #kvmd: Kvmd;
  readonly #front: Front;
  readonly #listener: Listener;
  readonly #redirect: Listener | undefined;
  readonly #address: string;
  readonly #timers: Timers;
  #identity: Identity | undefined;
  #outage: { readonly end: number; readonly timer: Timer } | undefined;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    const { tls = true, clock = realClock(), user = "admin", passwd = "admin", images = {} } = options;
    this.clock = clock;
    this.#timers = new Timers(clock);
    this.#address = options.host ?? "127.0.0.1";
    this.#identity = tls === true ? issueCertificate() : tls === false ? undefined : tls;
    this.host = new Host(clock, options);
    this.#kvmd = new Kvmd(clock, this.host, { user, passwd }, images, new Age(options.kvmd));
    this.#kvmd.auth.enabled = options.auth ?? true;
    this.#kvmd.auth.totpSecret = options.totpSecret;
    if (options.lockout !== undefined) this.#kvmd.auth.lockAfter(options.lockout);
    this.#kvmd.switch.units = options.switchUnits ?? 0;
    if (options.relayBoard === true) attachRelayBoard(this.#kvmd.gpio);
    this.#kvmd.sessions.secure = this.#identity !== undefined;
    this.#front = new Front(this.#kvmd, {
      clock,
      secure: this.#identity !== undefined,
      subPath: options.subPath ?? "",
      isOfPage,
      page: (request) => simulatorPage(request, this, this.#timers),
      resetConnection: (socket) => this.#listener.reset(socket),
    });
    this.#listener = new Listener(this.#address, this.#identity, this.#front);
    if (options.redirectPort !== undefined) this.#redirect = this.#redirector();
  }

  get port(): number {
    return this.#listener.port;
  }

  /** What a client is configured with: `https://127.0.0.1:12345`, with the sub-path if there is one. */
  get url(): string {
    const scheme = this.#identity === undefined ? "http" : "https";
    return `${scheme}://${this.#authority(this.port)}${this.#options.subPath ?? ""}`;
  }

  /** The plain-HTTP address that redirects; undefined without `redirectPort`. */
  get redirectUrl(): string | undefined {
    return this.#redirect === undefined ? undefined : `http://${this.#authority(this.#redirect.port)}`;
  }

  /** PEM; empty without TLS. */
  get certificate(): string {
    return this.#identity?.cert ?? "";
  }

  /** SHA-256 of the certificate, `AB:CD:…`; empty without TLS. */
  get fingerprint(): string {
    return this.#identity === undefined ? "" : fingerprintOf(this.#identity.cert);
  }

  /** The latest requests, oldest first. */
  get requests(): readonly RequestRecord[] {
    return this.#front.log.records;
  }

  /** Whether kvmd runs. */
  get running(): boolean {
    return this.#kvmd.running;
  }

  /** How many requests kvmd works on, also those that nobody waits for any more. */
  get working(): number {
    return this.#kvmd.working;
  }

  /** Open WebSocket sessions. */
  get sessions(): number {
    return this.#kvmd.sessions.count;
  }

  /** WebSocket sessions since the start. */
  get sessionsOpened(): number {
    return this.#kvmd.sessions.opened;
  }

  /** Open TCP connections. */
  get connections(): number {
    return this.#listener.sockets.size + (this.#redirect?.sockets.size ?? 0);
  }

  get faults(): Faults {
    return this.#front.faults;
  }

  /** kvmd's parts, to set and to look at. */
  get state(): DeviceState {
    return this.#kvmd;
  }

  async listen(): Promise<void> {
    await this.#listener.listen(this.#options.port ?? 0);
    await this.#redirect?.listen(this.#options.redirectPort ?? 0);
  }

  /**
   * kvmd restarts: WebSockets close with 1000, cookies are forgotten, running requests and those of the next
   * `downFor` ms get nginx's 502.
   */
  async restart({ downFor = 0 }: { downFor?: number } = {}): Promise<void> {
    if (this.#kvmd.running) this.#kvmd.stop(1000);
    if (downFor > 0) await this.#timers.sleep(downFor);
    this.#kvmd.start();
  }

  /**
   * kvmd is killed: WebSockets break without a close frame, everything is a 502 until `restart()`. What is down on the
   * computer stays down until the next kvmd sends a report, as it does when a session opens.
   */
  kill(): void {
    if (this.#kvmd.running) this.#kvmd.stop(null);
  }

  /**
   * The device loses its power: nobody listens, every connection is gone. `plugIn()` brings it back on the same port.
   */
  async unplug(): Promise<void> {
    this.kill();
    // For the computer a keyboard and a mouse were pulled.
    this.host.keyboard.releaseAll();
    this.host.mouse.releaseAll();
    await this.#listener.close();
  }

  async plugIn(): Promise<void> {
    await this.#listener.listen(this.port);
    this.#kvmd.start();
  }

  /** The device presents another certificate from now on: a fresh one of its own when none is given. */
  changeCertificate(identity: Identity = issueCertificate()): void {
    if (this.#identity === undefined) throw new Error("This simulator speaks plain HTTP and has no certificate");
    this.#identity = identity;
    this.#listener.present(identity);
  }

  /**
   * Nothing comes through to the device for so long, ms: connections break, and new ones as well. Only the page for
   * people stays in reach.
   */
  breakNetwork(ms: number): void {
    this.#outage?.timer.cancel();
    const timer = this.#timers.after(ms, () => {
      this.#outage = undefined;
      this.#front.cutOff = false;
    });
    this.#outage = { end: this.clock.now() + ms, timer };
    this.#front.cutOff = true;
    this.#listener.cut();
  }

  /** How long the network is still broken, ms; 0 while it works. */
  get outage(): number {
    return this.#outage === undefined ? 0 : Math.max(0, this.#outage.end - this.clock.now());
  }

  /** Cuts every WebSocket without a close frame. */
  dropSessions(): void {
    this.#kvmd.sessions.drop();
  }

  /** Ends every listener, connection and timer. */
  async close(): Promise<void> {
    this.#kvmd.close();
    this.#front.close();
    this.#timers.clear();
    this.host.close();
    await Promise.all([this.#listener.close(), this.#redirect?.close()]);
  }

  #authority(port: number): string {
    return `${this.#address.includes(":") ? `[${this.#address}]` : this.#address}:${port}`;
  }

  #redirector(): Listener {
    const { clock } = this;
    return new Listener(this.#address, undefined, {
      answer: (request, response) => {
        request.resume();
        const location = `https://${this.#authority(this.port)}${request.url ?? "/"}`;
        const reply = nginxPage(301, { contentType: "text/html", headers: [["Location", location]] });
        return deliver(response, reply, {
          clock,
          secure: false,
          pace: { bytesPerSecond: Infinity, timers: this.#timers },
        });
      },
    });
  }
}
