import { ConfigurationError } from "../errors";
import { BINARY_FRAMES, JSON_FRAMES, type HidFrames, type Moved } from "./hid-frames";
import { knownKey, staysDown } from "./keys";
import type { EventLink } from "../events/link";
import type { LinkSession } from "../events/link-session";
import type { Frame } from "../sockets/connection";
import { isOnline, type HostInput } from "./host-online";
import type { HidQueue } from "../sockets/hid-queue";
import type { Unanswered } from "../sockets/unanswered";
import { LiveLine } from "./live-line";
import { checkDelta, checkMode, checkPosition, knownButton, type MouseDelta } from "./mouse";
import { isRecord } from "../http/shape";
import type { CallOptions } from "../http/transport";
import { has, keyFeature, takes, type SoftwareVersion } from "../versions";
import type { Key, MouseButton } from "../vocabulary";

export interface KeyPress {
  /**
   * The device releases the key right after pressing it; Shift, Control, Alt, Meta and PrintScreen stay down all
   * the same, and are released with `close`.
   */
  finish?: boolean;
}

export interface BatchOptions {
  /** The device adds neighbours up as long as they fit into one movement. Default false: each is a movement. */
  squash?: boolean;
}

/** For `openLive`. */
interface LiveSetup {
  link: EventLink;
  session: LinkSession;
  queue: HidQueue;
  unanswered: Unanswered;
  binary: boolean;
  /** Seconds that a `ping` may take. */
  timeout: number;
  /** Ends it. */
  turn: AbortSignal;
}

/** The device ends the session when it gets more. */
const MAX_FRAME = 4 * 1024 * 1024;

/**
 * Keyboard and mouse without an answer to each event, for what must be quick: over the one event WebSocket of a device.
 * Made by `PiKVM.live`; nobody else's keyboard or mouse calls come in between until it is closed.
 *
 * Every call resolves when the event is on its way. The device answers none of them and drops in silence what it cannot
 * use; what it would drop is refused here with a ConfigurationError instead. `ping` tells whether the device still
 * listens.
 *
 * What is down is released when it is closed, when its signal aborts, and when the device is closed. When the session
 * ends, the device itself releases everything: at once, or, where the network fails silently, when it notices. From
 * then on every call throws a WebSocketError, or the CancelledError of the signal, with `outcome: "unknown"` if anything
 * was sent. The device also releases everything, and forgets what it has not typed yet, whenever somebody else connects
 * to it or leaves.
 */
export class LiveHid implements AsyncDisposable {
  readonly #link: EventLink;
  readonly #session: LinkSession;
  readonly #frames: HidFrames;
  readonly #line: LiveLine;
  readonly #keys = new Set<Key>();
  readonly #buttons = new Set<MouseButton>();

  constructor({ link, session, queue, unanswered, binary, timeout, turn }: LiveSetup) {
    // What old devices do with a binary message is not what it says.
    const frames = binary && has(session.version, "binaryKeys") ? BINARY_FRAMES : JSON_FRAMES;
    this.#link = link;
    this.#session = session;
    this.#frames = frames;
    const lastFrames = () => this.#release();
    this.#line = new LiveLine({ session, queue, unanswered, frames, timeout, turn, closed: link.closed, lastFrames });
  }

  /** Ends when nothing can be sent any more; the reason is a `PiKVMError`. */
  get ended(): AbortSignal {
    return this.#line.ended;
  }

  /** Resolves when it has ended, and everything is released and typed. */
  get finished(): Promise<void> {
    return this.#line.finished;
  }

  /** The device's software, as far as it tells. */
  get version(): SoftwareVersion | undefined {
    return this.#session.version;
  }

  /** What is down, in the order in which it was pressed. */
  get held(): { keys: Key[]; buttons: MouseButton[] } {
    return { keys: [...this.#keys], buttons: [...this.#buttons] };
  }

  /** Whether something of this would be lost if somebody connected to the device now, or left it. */
  get isVulnerable(): boolean {
    return this.#keys.size > 0 || this.#buttons.size > 0 || this.#line.isBusy;
  }

  /** Whether the device says that the host listens to this. */
  isHeard(input: HostInput): boolean {
    return isOnline(this.#link.states.hid, input);
  }

  /** Presses (`state` true) or releases a key. Event `key`. */
  async sendKey(key: string, state: boolean, { finish = false }: KeyPress = {}): Promise<void> {
    const name = this.checkKey(key);
    this.#line.check();
    const comesUp = state && finish && !staysDown(name);
    if (state && !comesUp) this.#keys.add(name);
    else this.#keys.delete(name);
    const canFinish = has(this.version, "keyFinish");
    await this.#line.send(this.#frames.key(name, state, finish && canFinish), finish && canFinish ? 2 : 1);
    if (comesUp && !canFinish) await this.#line.send(this.#frames.key(name, false, false));
  }

  /** Presses (`state` true) or releases a mouse button. Event `mouse_button`. */
  async sendMouseButton(button: MouseButton, state: boolean): Promise<void> {
    const name = knownButton(button);
    this.#line.check();
    if (state) this.#buttons.add(name);
    else this.#buttons.delete(name);
    await this.#line.send(this.#frames.button(name, state));
  }

  /**
   * Puts the pointer somewhere. Event `mouse_move`.
   * @param x, y -32768 (left, top) to 32767 (right, bottom) of the picture; 0 is the middle.
   * @throws ConfigurationError while the mouse is relative.
   */
  async sendMouseMove(x: number, y: number): Promise<void> {
    checkPosition(x, y);
    this.checkMouse("mouse_move");
    await this.#line.send(this.#frames.move(x, y));
  }

  /**
   * Pushes the pointer. Event `mouse_relative`.
   * @param x, y -127 to 127, to the right and down; how far that is the computer decides.
   * @throws ConfigurationError while the mouse is absolute.
   */
  async sendMouseRelative(x: number, y: number): Promise<void> {
    checkDelta(x, y);
    this.checkMouse("mouse_relative");
    await this.#line.send(this.#frames.delta("mouse_relative", x, y));
  }

  /** As `sendMouseRelative`, many in one message of up to 4 MiB. */
  async sendMouseRelativeBatch(deltas: readonly MouseDelta[], options: BatchOptions = {}): Promise<void> {
    this.checkMouse("mouse_relative");
    await this.#sendBatch("mouse_relative", deltas, options);
  }

  /** Turns the wheel. Event `mouse_wheel`. @param x, y -127 to 127; a negative y scrolls down. */
  async sendMouseWheel(x: number, y: number): Promise<void> {
    checkDelta(x, y);
    await this.#line.send(this.#frames.delta("mouse_wheel", x, y));
  }

  /** As `sendMouseWheel`, many in one message of up to 4 MiB. */
  async sendMouseWheelBatch(deltas: readonly MouseDelta[], options: BatchOptions = {}): Promise<void> {
    await this.#sendBatch("mouse_wheel", deltas, options);
  }

  /**
   * @throws ConfigurationError when the device is known to drop such movements: `mouse_move` of a relative mouse, or
   * `mouse_relative` of an absolute one.
   */
  checkMouse(movement: "mouse_move" | "mouse_relative"): void {
    const mouse: unknown = this.#link.states.hid?.mouse;
    // What comes as an event nobody has checked.
    if (isRecord(mouse)) checkMode(mouse, movement === "mouse_move");
  }

  /** @throws ConfigurationError for what is no key, and (code `NOT_SUPPORTED`) for one that the device would drop. */
  checkKey(key: string): Key {
    const name = knownKey(key);
    const feature = keyFeature(name);
    if (!feature || has(this.version, feature)) return name;
    throw new ConfigurationError(`The device does not have the key ${name}: ${takes(feature)}`, {
      code: "NOT_SUPPORTED",
    });
  }

  /** Waits some seconds. @throws as all calls do, as soon as nothing can be sent any more. */
  async pause(seconds: number): Promise<void> {
    await this.#line.pause(seconds);
  }

  /**
   * Waits until a slow host must have taken so much of what was sent that the device keeps no more than a quarter of a
   * second's worth: what it keeps is lost when somebody connects to it or leaves.
   */
  async keepPace(): Promise<void> {
    await this.#line.keepPace();
  }

  /**
   * For work on the same keyboard and mouse that goes another way: others do not get their turn before it has ended,
   * either.
   */
  async keep<T>(work: Promise<T>): Promise<T> {
    return this.#line.keep(work);
  }

  /** Releases every key and button that is down. */
  async releaseAll(): Promise<void> {
    this.#line.check();
    await Promise.all(this.#release().map((frame) => this.#line.send(frame)));
  }

  /**
   * Asks for a sign of life over the same WebSocket. The device reads what was sent before first; whether the computer
   * has taken it, nothing tells. Event `ping`.
   * @returns the milliseconds until the answer.
   * @throws ConnectionTimeoutError when there is none in the device's `timeout`.
   */
  async ping({ signal }: CallOptions = {}): Promise<number> {
    return this.#line.ping(signal);
  }

  /**
   * Releases what is down and resolves when the device has read everything and had the time to type it; for keyboard
   * and mouse calls of others it is their turn then. Closing twice does nothing.
   */
  async close(): Promise<void> {
    await this.#line.close();
  }

  /**
   * As `close`, for who must know.
   * @throws WebSocketError with `outcome: "unknown"` when the device has not told that it has read everything, or not
   * that the session went on until it had the time to type it: a device that stops drops what it has not typed.
   */
  async complete(): Promise<void> {
    await this.#line.complete();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #sendBatch(moved: Moved, deltas: readonly MouseDelta[], { squash = false }: BatchOptions): Promise<void> {
    for (const { x, y } of deltas) checkDelta(x, y);
    if (deltas.length === 0) return;
    if (!this.#takesLists) {
      for (const { x, y } of deltas) await this.#line.send(this.#frames.delta(moved, x, y));
      return;
    }
    const frame = this.#frames.batch(moved, deltas, squash);
    if (frame.length > MAX_FRAME) {
      throw new ConfigurationError(`${deltas.length} movements are too many for one message; nothing was sent.`);
    }
    await this.#line.send(frame, deltas.length);
  }

  /** Devices that drop a list of movements are those that know of no relative mouse. */
  get #takesLists(): boolean {
    const mouse: unknown = this.#link.states.hid?.mouse;
    return !isRecord(mouse) || "absolute" in mouse;
  }

  /** Forgets what is down. @returns what releases it, the latest first. */
  #release(): Frame[] {
    const keys = [...this.#keys].reverse().map((key) => this.#frames.key(key, false, false));
    const buttons = [...this.#buttons].reverse().map((button) => this.#frames.button(button, false));
    this.#keys.clear();
    this.#buttons.clear();
    return [...buttons, ...keys];
  }
}
