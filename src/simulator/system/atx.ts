import { isDeepStrictEqual } from "node:util";

import { ignoreStop } from "../clock";
import { KvmdError } from "../api/errors";
import type { Host, Line } from "../host/host";
import type { JsonObject } from "../api/python";
import type { Announcement, Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import * as valid from "../api/validators";

const CLICK_MS = 100;
const LONG_CLICK_MS = 5500;
/** How long a line stays busy after the button was let go. */
const TAIL_MS = 1000;
/** After its start kvmd reads the LEDs as off until the first debounced value. */
const LED_DEBOUNCE_MS = 100;

export const ATX_ACTIONS = ["on", "off", "off_hard", "reset_hard"] as const;
export const ATX_BUTTONS = ["power", "power_long", "reset"] as const;
export type AtxAction = (typeof ATX_ACTIONS)[number];
export type AtxButton = (typeof ATX_BUTTONS)[number];

/** Which button an action presses, if the LED lets it. */
export const BUTTON_OF = { on: "power", off: "power", off_hard: "power_long", reset_hard: "reset" } as const;

/** The buttons and LEDs of the computer's front panel. */
export class Atx implements Subsystem {
  readonly #context: Context;
  readonly #host: Host;
  readonly #busy = { power: false, reset: false };
  /** Whether the power LED of the computer is connected; without it, it reads as off. */
  ledWired = true;
  #ledsKnown = true;
  #on = true;
  #last: JsonObject;

  constructor(context: Context, host: Host) {
    this.#context = context;
    this.#host = host;
    host.onLeds = () => this.#changed();
    this.#last = this.state();
  }

  get enabled(): boolean {
    return this.#on;
  }

  /** Whether the device has the ATX board. */
  set enabled(value: boolean) {
    this.#on = value;
    this.#changed();
  }

  /** Whether a button is being pressed, or was a moment ago. */
  get isBusy(): boolean {
    return this.#busy.power || this.#busy.reset;
  }

  readonly routes: readonly Route[] = [
    { method: "GET", path: "/atx", handle: () => this.state() },
    { method: "POST", path: "/atx/power", handle: (request) => this.#askedPower(request) },
    { method: "POST", path: "/atx/click", handle: (request) => this.#askedClick(request) },
  ];

  readonly announcements: readonly Announcement[] = [{ slot: "atx", type: "atx", event: () => this.state() }];

  start(): void {
    this.#ledsKnown = false;
    this.#context.timers.after(LED_DEBOUNCE_MS, () => {
      this.#ledsKnown = true;
      this.#changed();
    });
    this.#last = this.state();
  }

  /** The outputs of a stopped kvmd are released. */
  stop(): void {
    for (const line of ["power", "reset"] as const) {
      if (this.#busy[line]) this.#host.release(line);
      this.#busy[line] = false;
    }
  }

  state(): JsonObject {
    const { power, reset } = this.#on ? this.#busy : { power: false, reset: false };
    const leds = this.#on && this.#ledsKnown ? this.#host.leds : { power: false, hdd: false };
    return {
      enabled: this.#on,
      busy: power || reset,
      acts: { power, reset },
      leds: { power: this.ledWired && leds.power, hdd: leds.hdd },
    };
  }

  /** Does nothing when the LED says that there is nothing to do. */
  async power(action: AtxAction, wait = false): Promise<void> {
    this.#requireEnabled();
    const lit = this.#ledsKnown && this.ledWired && this.#host.leds.power;
    if (lit !== (action === "on")) await this.#operate(BUTTON_OF[action], wait);
  }

  async click(button: AtxButton, wait = false): Promise<void> {
    this.#requireEnabled();
    await this.#operate(button, wait);
  }

  async #askedPower(request: KvmdRequest): Promise<void> {
    const action = valid.oneOf(request.param("action"), "ATX power action", ATX_ACTIONS);
    await this.power(action, valid.boolOr(request.param("wait"), false));
  }

  async #askedClick(request: KvmdRequest): Promise<void> {
    const button = valid.oneOf(request.param("button"), "ATX button", ATX_BUTTONS);
    await this.click(button, valid.boolOr(request.param("wait"), false));
  }

  #requireEnabled(): void {
    if (!this.#on) throw new KvmdError("AtxDisabledError", "ATX is disabled");
  }

  async #operate(button: AtxButton, wait: boolean): Promise<void> {
    const line = button === "reset" ? "reset" : "power";
    if (this.#busy[line])
      throw new KvmdError("AtxIsBusyError", "Performing another ATX operation, please try again later", 409);
    const done = this.#hold(line, button === "power_long" ? LONG_CLICK_MS : CLICK_MS);
    if (wait) await done;
    else done.catch(ignoreStop);
  }

  /** Goes on to the end whether or not the client still listens. */
  async #hold(line: Line, ms: number): Promise<void> {
    this.#busy[line] = true;
    this.#changed();
    this.#host.press(line);
    await this.#context.timers.sleep(ms);
    this.#host.release(line);
    await this.#context.timers.sleep(TAIL_MS);
    this.#busy[line] = false;
    this.#changed();
  }

  #changed(): void {
    const state = this.state();
    if (isDeepStrictEqual(state, this.#last)) return;
    this.#last = state;
    this.#context.broadcast("atx", state);
  }
}
