import { Atx } from "./atx";
import { Auth } from "./auth";
import { Commands } from "./commands";
import { within } from "./deadline";
import { Drive } from "./drive";
import { CancelledError, PiKVMError } from "./errors";
import { EventStream } from "./events";
import { Gpio } from "./gpio";
import { Hid } from "./hid";
import { Lane } from "./lane";
import { EventLink } from "./link";
import { openLive, type LiveOptions } from "./live";
import type { LiveHid } from "./live-hid";
import { Msd } from "./msd";
import { Power } from "./power";
import { Prometheus } from "./prometheus";
import { Redfish } from "./redfish";
import { Streamer } from "./streamer";
import { Switch } from "./switch";
import { System } from "./system";
import { Transport, type TransportOptions } from "./transport";
import { StateWaiter } from "./wait";

export type PiKVMOptions = TransportOptions;

/** What there is while a device is open. */
interface Resources {
  transport: Transport;
  hidLane: Lane;
  link: EventLink;
  atx: Atx;
  power: Power;
  hid: Hid;
  msd: Msd;
  drive: Drive;
  gpio: Gpio;
  streamer: Streamer;
  switch: Switch;
  system: System;
  prometheus: Prometheus;
  redfish: Redfish;
  auth: Auth;
}

/**
 * One device. Nothing connects before the first call; all calls share one pool of connections, and all subscriptions one WebSocket.
 *
 * ```ts
 * await using kvm = new PiKVM({ address: "pikvm.lan", user: "admin", password: "...", trust: { fingerprint: "AB:CD:..." } });
 * await kvm.open();
 * await kvm.power.ensureOn({ timeout: 60 });
 * ```
 */
export class PiKVM implements AsyncDisposable {
  readonly #options: PiKVMOptions;
  #resources: Resources | "not open" | "closed" = "not open";

  constructor(options: PiKVMOptions) {
    this.#options = options;
  }

  /** The buttons and LEDs, call by call. */
  get atx(): Atx {
    return this.#open.atx;
  }

  /** The buttons and LEDs, as actions that look first and wait. */
  get power(): Power {
    return this.#open.power;
  }

  /** The keyboard and the mouse. */
  get hid(): Hid {
    return this.#open.hid;
  }

  /** The USB drive, call by call. */
  get msd(): Msd {
    return this.#open.msd;
  }

  /** The USB drive, as actions that check and wait. */
  get drive(): Drive {
    return this.#open.drive;
  }

  /** Relays and inputs. */
  get gpio(): Gpio {
    return this.#open.gpio;
  }

  /** The screen. */
  get streamer(): Streamer {
    return this.#open.streamer;
  }

  /** The PiKVM Switch. */
  get switch(): Switch {
    return this.#open.switch;
  }

  /** The device itself. */
  get system(): System {
    return this.#open.system;
  }

  get prometheus(): Prometheus {
    return this.#open.prometheus;
  }

  get redfish(): Redfish {
    return this.#open.redfish;
  }

  get auth(): Auth {
    return this.#open.auth;
  }

  /** Subscribes to what the device reports; see `EventStream`. Close it when done. */
  events(): EventStream {
    return new EventStream(this.#open.link);
  }

  /**
   * Takes keyboard and mouse for events without answers, over the WebSocket that all subscriptions share; see `LiveHid`. Waits until
   * it is connected and until those who type have ended. From then on everybody else waits: calls of `hid` too, until it is closed.
   * @param options `signal` cancels the waiting, and later ends the use and releases what is down.
   * @throws the errors of connecting; BusyError when too many wait already; ConfigurationError when the device is set to read-only.
   */
  async live(options: LiveOptions = {}): Promise<LiveHid> {
    return openLive(this.#open, options);
  }

  /**
   * Checks the options and makes everything ready; connects to nothing yet.
   * @throws ConfigurationError for options that cannot work; PiKVMError when it is open or closed already.
   */
  async open(): Promise<this> {
    if (this.#resources === "closed") throw new PiKVMError(CLOSED, { code: "CLOSED" });
    if (this.#resources !== "not open") throw new PiKVMError("This PiKVM is open already.", { code: "OPEN" });
    this.#resources = assemble(new Transport(this.#options));
    return Promise.resolve(this);
  }

  /** Ends all calls (with CancelledError), subscriptions and connections. Closing twice does nothing. */
  async close(): Promise<void> {
    const resources = this.#resources;
    this.#resources = "closed";
    if (typeof resources === "string") return;
    const { transport, hidLane, link } = resources;
    transport.end();
    const limit = { seconds: LAST_WORDS, late: () => new CancelledError("Closed.") };
    // Keys that are held down are let go.
    const lastWords = within([], limit, (deadline) => deadline.race(hidLane.idle())).catch(() => undefined);
    await Promise.all([link.close(), lastWords]);
    await transport.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #open(): Resources {
    if (this.#resources === "not open") {
      throw new PiKVMError("This PiKVM is not open yet: call open() first.", { code: "NOT_OPEN" });
    }
    if (this.#resources === "closed") throw new PiKVMError(CLOSED, { code: "CLOSED" });
    return this.#resources;
  }
}

/** Seconds that closing waits for keys to be let go. */
const LAST_WORDS = 2;
const CLOSED = "This PiKVM has been closed; make a new one.";

/** The one place where the parts of a device are put together. */
function assemble(transport: Transport): Resources {
  const { closed } = transport;
  const hidLane = new Lane("the keyboard", closed);
  const link = new EventLink(transport, hidLane);
  const waiter = new StateWaiter(link, closed);
  const buttons = new Commands(transport, new Lane("the power buttons", closed));
  const storage = new Commands(transport, new Lane("the USB drive", closed));
  const atx = new Atx(buttons);
  const msd = new Msd(storage);
  return {
    transport,
    hidLane,
    link,
    atx,
    power: new Power(atx, waiter, new Lane("the power button", closed)),
    hid: new Hid(new Commands(transport, hidLane)),
    msd,
    drive: new Drive(msd, waiter, new Lane("the USB drive", closed)),
    gpio: new Gpio(new Commands(transport, new Lane("the relays", closed))),
    streamer: new Streamer(new Commands(transport, new Lane("the video", closed))),
    switch: new Switch(new Commands(transport, new Lane("the switch", closed))),
    system: new System(transport),
    prometheus: new Prometheus(transport),
    redfish: new Redfish(buttons, storage),
    auth: new Auth(transport),
  };
}
