import type { Readable } from "node:stream";
import { parseAddress } from "./http/address";
import { ANSWER_TIME } from "./hid/answer-time";
import { Atx } from "./power/atx";
import { Auth } from "./login/auth";
import { Commands } from "./http/commands";
import { within } from "./deadline";
import { Drive } from "./msd/drive";
import { DriveSteps } from "./msd/drive-steps";
import type { Derive } from "./events/derived";
import { CancelledError, PiKVMError } from "./errors";
import { EventStream, type EventsOptions } from "./events/events";
import { Gpio } from "./gpio/gpio";
import { Hid } from "./hid/hid";
import { HidEvents } from "./hid/hid-events";
import { HostWait } from "./hid/host-wait";
import { Images } from "./msd/images";
import { Idleness } from "./events/idleness";
import { Keyboard } from "./hid/keyboard";
import { Lane } from "./lanes/lane";
import { Lanes } from "./lanes/lanes";
import { EventLink } from "./events/link";
import { KeymapCheck } from "./hid/keymap-check";
import { openLive, type LiveOptions } from "./hid/live";
import type { LiveHid } from "./hid/live-hid";
import { Macros } from "./hid/macro-player";
import { Media } from "./video/media";
import { Msd } from "./msd/msd";
import { Pointer } from "./hid/pointer";
import { rawEvents } from "./hid/raw-events";
import { Power } from "./power/power";
import { powerParts } from "./power/parts";
import type { PowerSettings } from "./power/settings";
import { derivePower } from "./events/power-state";
import { Prometheus } from "./system/prometheus";
import { inRange } from "./ranges";
import { Relays } from "./gpio/relays";
import { Redfish } from "./system/redfish";
import { request, stream } from "./http/request";
import type { ApiAnswer, ApiRequestOptions, Leaving, StreamOptions } from "./http/request";
import { Screen } from "./screen/screen";
import { Sockets } from "./sockets/sockets";
import { Streamer } from "./video/streamer";
import { Switch } from "./switch/switch";
import { Edids } from "./switch/switch-edids";
import { Ports } from "./switch/switch-ports";
import { Software } from "./system/software";
import { System } from "./system/system";
import type { TransportOptions } from "./http/options";
import { Transport, type CallOptions } from "./http/transport";
import { Video } from "./video/video";
import { StateWaiter } from "./events/state-waiter";
import { Watch } from "./events/watch";
import type { Method } from "./vocabulary";

export interface PiKVMOptions extends TransportOptions {
  /** Seconds that the video runs on when nobody needs it any more, 0 to a day. Default 30. */
  videoIdle?: number;
  /** How the computer's power is known and its buttons are pressed. Default the ATX board. */
  power?: PowerSettings;
}

/** What there is while a device is open. */
type Resources = ReturnType<typeof assemble>;

/**
 * One device. Nothing connects before the first call; all calls share few connections, and all subscriptions one
 * WebSocket. What takes newer software of the device stands in versions.ts; calls that it does not know are an APIError
 * with status 404.
 *
 * ```ts
 * const trust = { fingerprint: "AB:CD:..." };
 * await using kvm = new PiKVM({ address: "pikvm.lan", user: "admin", password: "...", trust });
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

  /**
   * The device's address with its sub-path, without a slash at the end.
   * @throws ConfigurationError for an address that is none.
   */
  get baseUrl(): string {
    const { origin, path } = parseAddress(this.#options.address);
    return origin + path;
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

  /** The keyboard, as actions that look first. */
  get keyboard(): Keyboard {
    return this.#open.keyboard;
  }

  /** The mouse, as actions that belong together. */
  get pointer(): Pointer {
    return this.#open.pointer;
  }

  /** What was recorded with the device's web page. */
  get macros(): Macros {
    return this.#open.macros;
  }

  /** The USB drive, call by call. */
  get msd(): Msd {
    return this.#open.msd;
  }

  /** The USB drive, as actions that check and wait. */
  get drive(): Drive {
    return this.#open.drive;
  }

  /** The images for the USB drive, as actions that look first and leave nothing half done. */
  get images(): Images {
    return this.#open.images;
  }

  /** Relays and inputs, call by call. */
  get gpio(): Gpio {
    return this.#open.gpio;
  }

  /** Relays and inputs by their labels, as actions that look first and verify. */
  get relays(): Relays {
    return this.#open.relays;
  }

  /** The screen, whether or not somebody watches. */
  get screen(): Screen {
    return this.#open.screen;
  }

  /** Waits for what the device reports. */
  get watch(): Watch {
    return this.#open.watch;
  }

  /** The screen, call by call. */
  get streamer(): Streamer {
    return this.#open.streamer;
  }

  /** The screen's video, frame by frame. */
  get media(): Media {
    return this.#open.media;
  }

  /** Lets the video run while it is needed. */
  get video(): Video {
    return this.#open.video;
  }

  /** The PiKVM Switch, call by call. */
  get switch(): Switch {
    return this.#open.switch;
  }

  /** The ports of the PiKVM Switch by number or name, as actions that look first and verify. */
  get ports(): Ports {
    return this.#open.ports;
  }

  /** What displays the ports of the PiKVM Switch pretend to be, by name. */
  get edids(): Edids {
    return this.#open.edids;
  }

  /** The device itself. */
  get system(): System {
    return this.#open.system;
  }

  /** Metrics for Prometheus. */
  get prometheus(): Prometheus {
    return this.#open.prometheus;
  }

  /** The computer by the Redfish standard: power and virtual media. */
  get redfish(): Redfish {
    return this.#open.redfish;
  }

  /** Logging in and out. */
  get auth(): Auth {
    return this.#open.auth;
  }

  /**
   * Tries a refused login again now; without this it is tried 1, 5, 15 and then every 60 minutes after a refusal, and
   * meanwhile every call is an AuthError with the code `LOGIN_PAUSED` and the time of the next trial. Does nothing where
   * the login has not been refused. `GET /api/auth/check`, or `POST /api/auth/login` with `auth: "session"`.
   * @throws AuthError when it is refused again, or was refused five times in the last hour: some devices lock accounts;
   * the errors of connecting.
   */
  async retryLogin({ signal }: CallOptions = {}): Promise<void> {
    const { access, closed, connector } = this.#open.transport;
    connector.retryLogin();
    await access.retryLogin([signal, closed]);
  }

  /**
   * Any call of the device, also of what stands beside kvmd (`/redfish`, `/streamer`), with the same login, trust,
   * errors, time limit and read-only rule as everywhere. A GET is repeated once on a broken connection; all else is
   * sent at most once and, unlike the methods of the subsystems, does not wait for its turn.
   * @param path on the device, below its sub-path, in ASCII; may have a query. All parameters of kvmd belong into the
   * query, also with POST.
   * @returns status, headers and body. JSON is returned whole and unchanged, so kvmd's `result` is `body.result`; an
   * empty body is null.
   * @throws ConfigurationError, before anything is sent, for a path that leaves the device, a header that is the
   * client's own, and what `readOnly` forbids; APIError and its kin for statuses from 300 on and for JSON with
   * `"ok": false`; ResponseError for a body that is not JSON, or longer than 32 MiB.
   */
  request(method: Method, path: string, options: ApiRequestOptions & { as: "text" }): Promise<ApiAnswer<string>>;
  request(method: Method, path: string, options: ApiRequestOptions & { as: "buffer" }): Promise<ApiAnswer<Buffer>>;
  request(method: Method, path: string, options?: ApiRequestOptions): Promise<ApiAnswer<unknown>>;
  async request(method: Method, path: string, options: ApiRequestOptions = {}): Promise<ApiAnswer<unknown>> {
    const { transport } = this.#open;
    const call = (leaving: Leaving) => request(transport, method, path, options, leaving);
    return this.#inTurn(rawEvents(method, path, options.body), call, options.signal);
  }

  /**
   * As `request`, with the answer's body as a stream, for what is long or never ends (log, MJPEG, images). The time
   * limit is for the beginning of the answer; after that only `signal`, and destroying the stream, end it. Destroy a
   * stream that is not read to its end.
   */
  async stream(method: Method, path: string, options: StreamOptions = {}): Promise<ApiAnswer<Readable>> {
    const { transport } = this.#open;
    const call = (leaving: Leaving) => stream(transport, method, path, options, leaving);
    return this.#inTurn(rawEvents(method, path, options.body), call, options.signal);
  }

  /** Any call that may leave so many events in the device's queue is not mixed with what is typed, nor dropped. */
  async #inTurn<T>(
    events: number,
    call: (leaving: Leaving) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { hidLane, queue, unanswered } = this.#open.sockets;
    if (events === 0) return call({});
    const onLeft = (over: Promise<void>) => unanswered.add(over, events);
    return hidLane.run(async (turn) => {
      await unanswered.over(turn);
      try {
        const answer = await call({ settleTime: ANSWER_TIME, onLeft });
        queue.add(events);
        return answer;
      } catch (error) {
        if (error instanceof PiKVMError && error.outcome === "unknown") queue.add(events);
        throw error;
      }
    }, signal);
  }

  /**
   * Subscribes to what the device reports; see `EventStream`. Close it when done.
   * @throws ConfigurationError for a time out of range.
   */
  events({ power = false, idle }: EventsOptions = {}): EventStream {
    const { link, hid, sense } = this.#open;
    const derive: Derive[] = power ? [derivePower(sense)] : [];
    if (idle !== undefined) {
      const after = inRange("The time without keys and mouse", idle, { min: 1, max: 86_400, unit: " s" });
      derive.push((report) => new Idleness(report, (options) => hid.getInactivity(options), after));
    }
    return new EventStream(link, derive);
  }

  /**
   * Takes keyboard and mouse for events without answers, over the WebSocket that all subscriptions share; see
   * `LiveHid`. Waits until it is connected and until those who type have ended. From then on everybody else waits:
   * calls of `hid` too, until it is closed.
   * @param options `signal` cancels the waiting, and later ends the use and releases what is down.
   * @throws the errors of connecting; BusyError when too many wait already; ConfigurationError when the device is set
   * to read-only.
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
    this.#resources = assemble(new Transport(this.#options), this.#options);
    return Promise.resolve(this);
  }

  /** Ends all calls (with CancelledError), subscriptions and connections. Closing twice does nothing. */
  async close(): Promise<void> {
    const resources = this.#resources;
    this.#resources = "closed";
    if (typeof resources === "string") return;
    const { transport, sockets, link, media, video } = resources;
    transport.end();
    const limit = { seconds: LAST_WORDS, late: () => new CancelledError("Closed.") };
    // What is held down is let go, and what the device is still given arrives: the end of its session drops that.
    const lastWords = within([], limit, (deadline) => deadline.race(sockets.hidLane.idle())).catch(() => undefined);
    await Promise.all([media.close(), lastWords.then(() => Promise.all([link.close(), video.close()]))]);
    // What was typed last may still be on its way, and only its answer tells when it is not.
    if (sockets.unanswered.isOver) await transport.destroy();
    else void sockets.unanswered.ownOver().then(() => transport.destroy());
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
function assemble(transport: Transport, { videoIdle = 30, power = {} }: PiKVMOptions) {
  const { closed } = transport;
  const sockets = new Sockets(transport);
  const link = new EventLink(sockets);
  const waiter = new StateWaiter(link, transport);
  const pressing = new Commands(transport, new Lane("the power buttons", closed));
  const storage = new Commands(transport, new Lane("the USB drive", closed));
  const atx = new Atx(pressing);
  const software = new Software(transport, link);
  const hidEvents = new HidEvents(transport, link, sockets, software);
  const hid = new Hid(new Commands(transport, sockets.hidLane), hidEvents, { sockets, link, software });
  const host = new HostWait(hid, waiter);
  const keymaps = new KeymapCheck(hid, software);
  const msd = new Msd(storage, software);
  const driveSteps = new DriveSteps(msd, waiter);
  const driveLane = new Lane("the USB drive", closed);
  const ocrLane = new Lane("the text recognition", closed);
  const streamer = new Streamer(new Commands(transport, new Lane("the video", closed)), ocrLane);
  const video = new Video(sockets, videoIdle);
  const channelLanes = () => new Lanes((channel) => new Lane(`the GPIO channel ${channel}`, closed));
  const gpio = new Gpio(transport, channelLanes());
  const { buttons, knowledge, sense } = powerParts(power, { atx, gpio, hid, streamer, video });
  const kvmSwitch = new Switch(new Commands(transport, new Lane("the switch", closed)), software);
  const system = new System(transport);
  const live = (options: LiveOptions) => openLive({ transport, sockets, link }, options);
  return {
    transport,
    sockets,
    link,
    atx,
    power: new Power(buttons, knowledge, waiter, new Lane("the power button", closed)),
    sense,
    hid,
    pointer: new Pointer(live, { hid, streamer, video, host }),
    macros: new Macros(live, { hid, atx, gpio, host, keymaps }),
    keyboard: new Keyboard(hid, waiter, { host, keymaps }),
    msd,
    drive: new Drive(msd, driveSteps, driveLane),
    images: new Images(msd, driveSteps, driveLane, (options) => system.getLog(options)),
    gpio,
    relays: new Relays(gpio, waiter, { finding: new Lane("the relays", closed), writing: channelLanes() }),
    streamer,
    screen: new Screen(streamer, video, waiter),
    watch: new Watch(link, derivePower(sense)),
    media: new Media(transport, sockets),
    video,
    switch: kvmSwitch,
    ports: new Ports(kvmSwitch, waiter, (name) => new Lane(name, closed)),
    edids: new Edids(kvmSwitch, waiter, new Lane("the EDIDs", closed)),
    system,
    prometheus: new Prometheus(transport),
    redfish: new Redfish(pressing, storage),
    auth: new Auth(transport),
  };
}
