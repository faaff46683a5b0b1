import { Commands, type ChangeOptions } from "../http/commands";
import { type Deadline, pause, throwIfCancelled, within } from "../deadline";
import { ConfigurationError, ConnectionTimeoutError, PiKVMError } from "../errors";
import { JSON_FRAMES } from "./hid-frames";
import { isOnline } from "./host-online";
import { knownKey, staysDown } from "./keys";
import { isReady, ready } from "./live";
import type { LiveHid } from "./live-hid";
import { checkPosition, knownButton } from "./mouse";
import { number, objectOf, text, texts } from "../http/shape";
import type { HidState } from "../events/states";
import type { CallOptions, RequestOptions } from "../http/transport";
import { ANSWER_TIME } from "./answer-time";
import { buttonEvent, keyEvent, pushOf, tapOf } from "./hid-calls";
import type { EventSender, HidEvent } from "./hid-events";
import type { TypedText } from "./typed-count";
import { typeText, type Printer, type TypeOptions } from "./typist";
import { onVisit } from "../events/visits";
import type { EventLink } from "../events/link";
import type { Sockets } from "../sockets/sockets";
import type { Software } from "../system/software";
import { has } from "../versions";
import type { MouseButton } from "../vocabulary";

export interface HidParams {
  keyboardOutput?: "usb" | "ps2" | "disabled";
  mouseOutput?: "usb" | "usb_win98" | "usb_rel" | "ps2" | "disabled";
  /** Moves the pointer now and then, against screen savers. */
  jiggler?: boolean;
}

const HID_STATE = objectOf({ keyboard: objectOf(), mouse: objectOf() });
const INACTIVITY = objectOf({ inactivity: number });
const HID_KEYMAPS = objectOf({ keymaps: objectOf({ default: text, available: texts }) });

/** Characters that are handed over at once, and typed in a quarter of a second: nobody listens for so long. */
const UNWATCHED = 11;

/** Seconds that kvmd waits before each press and release of a shortcut. */
const SHORTCUT_PAUSE = 0.05;

/**
 * Keyboard and mouse of the computer (`/api/hid`). The device answers with success even when the computer does not
 * listen; see `getState`.
 *
 * What is typed keeps its order: one caller's text is never mixed with another's.
 */
export class Hid {
  readonly #commands: Commands;
  readonly #events: EventSender;
  readonly #typing: TypingDevice;

  constructor(commands: Commands, events: EventSender, typing: TypingDevice) {
    this.#commands = commands;
    this.#events = events;
    this.#typing = typing;
  }

  /** Whether the computer listens, keyboard LEDs, outputs. `GET /api/hid`. */
  getState({ signal }: CallOptions = {}): Promise<HidState> {
    return this.#commands.transport.get("/api/hid", { signal, shape: HID_STATE });
  }

  /** Seconds since the last key or mouse event from anybody. `GET /api/hid/inactivity`. */
  async getInactivity({ signal }: CallOptions = {}): Promise<number> {
    const { inactivity } = await this.#commands.transport.get<{ inactivity: number }>("/api/hid/inactivity", {
      signal,
      shape: INACTIVITY,
    });
    return inactivity;
  }

  /** Names for `keymap`. `GET /api/hid/keymaps`. */
  async getKeymaps({ signal }: CallOptions = {}): Promise<{ default: string; available: string[] }> {
    type Answer = { keymaps: { default: string; available: string[] } };
    const { keymaps } = await this.#commands.transport.get<Answer>("/api/hid/keymaps", { signal, shape: HID_KEYMAPS });
    return keymaps;
  }

  /**
   * Device settings; takes effect a moment later, and what the device does not have is ignored by it.
   * `POST /api/hid/set_params`.
   */
  setParams({ keyboardOutput, mouseOutput, jiggler }: HidParams, options: ChangeOptions = {}): Promise<void> {
    const query = { keyboard_output: keyboardOutput, mouse_output: mouseOutput, jiggler };
    return this.#commands.post("/api/hid/set_params", { ...options, query });
  }

  /**
   * Plugs keyboard and mouse in or pulls them; only boards with a microcontroller can (`connected` of the state is not
   * null), others succeed and do nothing. `POST /api/hid/set_connected`.
   */
  setConnected(connected: boolean, options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/hid/set_connected", { ...options, query: { connected } });
  }

  /** Lets go of all keys and buttons; most of a long queue is typed all the same. `POST /api/hid/reset`. */
  reset(options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/hid/reset", options);
  }

  /**
   * Types a text of up to two million characters. It is handed over in parts (`POST /api/hid/print?limit=0`), not
   * faster than a slow host reads, and resolves when the host must have got all of it: until then nobody else of ours
   * types, connects or disconnects. When it is cancelled, what the device has not typed yet is dropped. Pauses that the
   * device does not know are made all the same. Characters that the keymap does not have are skipped by the device
   * without a word.
   * @throws ConfigurationError for a delay out of range or a text that is too long; errors tell `sent` and `typed`.
   */
  async type(text: string, options: TypeOptions = {}): Promise<TypedText> {
    const listen = text.length > UNWATCHED;
    return typeText(this.#printer, text, options, (typing) =>
      this.#commands.lane.run((turn) => (listen ? this.#listening(turn, typing) : typing(turn)), options.signal),
    );
  }

  /** As `type`. @returns the number of characters that must have arrived. */
  async typeText(text: string, options: TypeOptions = {}): Promise<number> {
    return (await this.type(text, options)).typed;
  }

  /**
   * As `type`, in the turn of a live session, which it would else have to wait for: between the events that are sent
   * over it.
   */
  async typeWithin(live: LiveHid, text: string, options: TypeOptions = {}): Promise<TypedText> {
    const printer = this.#printer;
    return typeText(printer, text, options, (typing) =>
      // The text goes another way, on which it could overtake the events before it.
      live.keep(
        within([options.signal, printer.closed], undefined, ({ signal }) =>
          typing(signal, () => live.ping({ signal })),
        ),
      ),
    );
  }

  /**
   * Presses keys in order and releases them in reverse, e.g. `["ControlLeft", "AltLeft", "Delete"]`.
   * `POST /api/hid/events/send_shortcut`; devices without it get the keys over the event connection.
   */
  async sendShortcut(keys: readonly string[], options: ChangeOptions = {}): Promise<void> {
    const known = keys.map(knownKey);
    if (known.length === 0) throw new ConfigurationError("A shortcut needs at least one key.");
    const event: HidEvent = {
      call: "send_shortcut",
      query: { keys: known.join(",") },
      delay: SHORTCUT_PAUSE,
      frames: (as) => [
        ...known.map((key) => as.key(key, true, false)),
        ...known.toReversed().map((key) => as.key(key, false, false)),
      ],
    };
    await this.#send(event, { ...options, extraTime: 4 * known.length * SHORTCUT_PAUSE });
  }

  /**
   * Presses (`state` true) or releases a key. A pressed key stays down until it is released, or until any WebSocket
   * session of the device opens or closes; `press` releases by itself. While it is down there is an event connection, so
   * that the device lets go of it when this program ends. `POST /api/hid/events/send_key`.
   */
  sendKey(key: string, state: boolean, options: ChangeOptions = {}): Promise<void> {
    return this.#send(keyEvent(knownKey(key), state), options);
  }

  /**
   * Presses a key, holds it for some seconds, and releases it, whatever happens meanwhile: also when it is cancelled,
   * and when the answer to the press is lost. The device itself releases one that is only tapped; to hold one takes the
   * event connection, as for `sendKey`.
   * @param hold seconds; 0 = a tap.
   */
  async press(key: string, hold = 0, { signal }: CallOptions = {}): Promise<void> {
    const name = knownKey(key);
    if (hold === 0)
      return staysDown(name) ? this.sendShortcut([name], { signal }) : this.#send(tapOf(name), { signal });
    const work = async (turn: AbortSignal): Promise<void> => {
      await this.#events.send(keyEvent(name, true), { signal: turn });
      const release = () => this.#events.release(keyEvent(name, false));
      await pause(hold, turn).catch(async (error: unknown) => {
        await release().catch(() => undefined);
        throw error;
      });
      await release();
    };
    await this.#events.run(() => this.#commands.lane.run(work, signal), { signal });
  }

  /**
   * Presses (`state` true) or releases a mouse button; without a state both at once, too short for some computers. A
   * pressed button stays down as a key does. `POST /api/hid/events/send_mouse_button`.
   */
  async sendMouseButton(button: MouseButton, state?: boolean, options: ChangeOptions = {}): Promise<void> {
    return this.#send(buttonEvent(knownButton(button), state), options);
  }

  /**
   * Puts the pointer somewhere; ignored without a word while the mouse is relative, see `getState`.
   * `POST /api/hid/events/send_mouse_move`.
   * @param x, y -32768 (left, top) to 32767 (right, bottom) of the picture; 0 is the middle.
   */
  async sendMouseMove(x: number, y: number, options: ChangeOptions = {}): Promise<void> {
    checkPosition(x, y);
    const query = { to_x: x, to_y: y };
    return this.#send({ call: "send_mouse_move", query, frames: (as) => [as.move(x, y)] }, options);
  }

  /**
   * Pushes the pointer; ignored without a word while the mouse is absolute. `POST /api/hid/events/send_mouse_relative`.
   * @param x, y -127 to 127, to the right and down; how far that is the computer decides.
   */
  async sendMouseRelative(x: number, y: number, options: ChangeOptions = {}): Promise<void> {
    return this.#send(pushOf("mouse_relative", x, y), options);
  }

  /** Turns the wheel. `POST /api/hid/events/send_mouse_wheel`. @param x, y -127 to 127; a negative y scrolls down. */
  async sendMouseWheel(x: number, y: number, options: ChangeOptions = {}): Promise<void> {
    return this.#send(pushOf("mouse_wheel", x, y), options);
  }

  /** Calls back when somebody connects to the device or leaves, as far as that is known. @returns what ends it. */
  onVisit(call: () => void): () => void {
    return onVisit(this.#typing.link, call);
  }

  /**
   * Lets a report go out that does nothing, a wheel that does not turn: only by that does the device notice that a
   * computer is back on its USB port. It may wake a computer that sleeps. Needs no turn: it disturbs no typing.
   */
  async nudge({ signal }: CallOptions = {}): Promise<void> {
    const still = pushOf("mouse_wheel", 0, 0);
    await this.#events.run(() => this.#events.send(still, { signal }), { signal });
  }

  /**
   * Several calls in one turn: nobody else of ours types or clicks in between.
   * @param work gets this keyboard and mouse for the time of the turn, and what ends it. A call of any other `Hid` of
   * the device would wait for the end of the turn, and must not be waited for in it.
   */
  async inTurn<T>(work: (hid: Hid, turn: AbortSignal) => Promise<T>, { signal }: CallOptions = {}): Promise<T> {
    const { transport, lane } = this.#commands;
    const inner = () => new Hid(new Commands(transport, lane.inner()), this.#events.inner(), this.#typing);
    return this.#events.run(() => lane.run((turn) => work(inner(), turn), signal), { signal });
  }

  /**
   * With an event connection, over which the device tells who comes and goes, and by whose end it is known that it has
   * restarted. Where there can be none, the text itself is tried all the same.
   */
  async #listening(turn: AbortSignal, typing: (turn: AbortSignal) => Promise<void>): Promise<void> {
    const { transport } = this.#commands;
    const { sockets, link } = this.#typing;
    const lease = link.hold();
    try {
      if (!isReady(link)) {
        await sockets.letIn(() => ready({ transport, link }, { signal: turn })).catch(() => throwIfCancelled(turn));
      }
      await typing(turn);
    } finally {
      void lease.release();
    }
  }

  get #printer(): Printer {
    const { transport } = this.#commands;
    const { sockets, link, software } = this.#typing;
    return {
      closed: transport.closed,
      queue: sockets.queue,
      unanswered: sockets.unanswered,
      dropTyping: (whileOpen) => sockets.dropTyping(whileOpen),
      onVisit: (call) => onVisit(link, call),
      isHeard: async (signal) => {
        try {
          return isOnline(await this.getState({ signal }), "keyboard");
        } catch (error) {
          throwIfCancelled(signal);
          if (error instanceof PiKVMError) return false;
          throw error;
        }
      },
      news: async (signal) => {
        const { session } = link;
        if (!session) return;
        const limit = { seconds: ANSWER_TIME, late: () => new ConnectionTimeoutError("No news.") };
        const asked = (deadline: Deadline) => deadline.race(session.ping(JSON_FRAMES.ping()));
        // One that has ended is told as a visit.
        await within([signal, session.ended], limit, asked).catch(() => throwIfCancelled(signal));
      },
      pausing: async (signal) => {
        const version = await software.version({ signal });
        return has(version, "printDelay") ? "any" : has(version, "printSlow") ? "slow" : "none";
      },
      print: async (body, { keymap, delay, slow }, { extraTime, events }, signal) => {
        // 0 = all of the text, instead of its first 1024 characters.
        const query = { limit: 0, keymap: keymap || undefined, delay, slow };
        const headers = { "Content-Type": "text/plain; charset=utf-8" };
        const settleTime = ANSWER_TIME + extraTime;
        // It is often a password.
        const secrets = [body];
        const onLeft = (over: Promise<void>) => sockets.unanswered.add(over, events);
        await transport.post("/api/hid/print", {
          signal,
          query,
          body,
          headers,
          extraTime,
          settleTime,
          secrets,
          onLeft,
        });
      },
    };
  }

  #send(event: HidEvent, { busyRetry, signal, ...options }: RequestOptions & ChangeOptions): Promise<void> {
    const send = (turn: AbortSignal) => this.#events.send(event, { ...options, signal: turn });
    return this.#events.run(() => this.#commands.run(send, { signal, busyRetry }), { signal });
  }
}

/** What typing needs to know of a device, besides its calls. */
export interface TypingDevice {
  sockets: Sockets;
  link: EventLink;
  software: Software;
}
