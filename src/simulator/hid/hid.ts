import { isDeepStrictEqual } from "node:util";

import type { Timer } from "../clock";
import type { HidDevice } from "./hid-device";
import { HidGadget } from "./hid-gadget";
import { hidInputs, hidOpcodes } from "./hid-input";
import { print } from "./hid-print";
import { plainStatus } from "../api/reply";
import type { Host } from "../host/host";
import { BUTTON_NAMES, type Button, keyNames } from "./keys";
import { DEFAULT_KEYMAP, KEYMAPS } from "./keymap";
import type { JsonObject } from "../api/python";
import { type Point, squashed } from "./squash";
import type { Announcement, Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import { SINCE } from "../since";
import * as valid from "../api/validators";

const SHORTCUT_STEP_MS = 50;

/** Keyboard and mouse, as the OTG gadget of every PiKVM since V2. */
export class Hid implements Subsystem, HidDevice {
  readonly #context: Context;
  readonly #host: Host;
  readonly gadget: HidGadget;
  /** `outputs.available` and `active` of the mouse. */
  readonly mouseOutputs = { available: ["usb", "usb_rel"], active: "usb" };
  /** Whether its USB is plugged in, on boards with a controller that can pull it; null: it cannot. */
  connected: boolean | null = null;
  readonly jiggler = { enabled: true, active: false, interval: 60 };
  readonly #keyNames: ReadonlySet<string>;
  /** What not every kvmd has, beside calls and parameters; some forks lack the events over HTTP. */
  readonly abilities;
  #lastInput: number;
  #last: JsonObject;
  #jiggle: Timer | undefined;

  constructor(context: Context, host: Host) {
    this.#context = context;
    this.#host = host;
    this.inputs = hidInputs(this, context.age);
    this.opcodes = hidOpcodes(this, context.age);
    this.#keyNames = keyNames(context.age);
    const { age } = context;
    this.abilities = {
      httpEvents: true,
      clearOnOpen: age.since(SINCE.clearOnOpen),
    };
    this.gadget = new HidGadget(context.timers, host);
    this.#lastInput = context.clock.now();
    this.#last = this.state();
    host.keyboard.onLeds = () => this.#changed();
    this.gadget.onOnline = () => this.#changed();
  }

  readonly routes: readonly Route[] = [
    { method: "GET", path: "/hid", handle: () => this.state() },
    { method: "GET", path: "/hid/keymaps", handle: () => this.#keymaps() },
    { method: "GET", path: "/hid/inactivity", handle: () => ({ inactivity: this.#inactivity() }) },
    { method: "POST", path: "/hid/set_params", handle: (request) => this.#setParams(request) },
    // Only devices with a microcontroller can unplug themselves; others check the parameter and do nothing.
    {
      method: "POST",
      path: "/hid/set_connected",
      handle: (request) => this.#connect(valid.bool(request.param("connected"))),
    },
    { method: "POST", path: "/hid/reset", handle: () => this.gadget.reset() },
    { method: "POST", path: "/hid/print", handle: (request) => print(this, this.#context, request) },
    this.#event("send_key", (request) => this.#sendKey(request)),
    this.#event("send_shortcut", (request) => this.#sendShortcut(request)),
    this.#event("send_mouse_button", (request) => this.#sendButton(request)),
    this.#event("send_mouse_move", (request) => this.#sendMove(request)),
    this.#event("send_mouse_relative", (request) => this.relative([deltaOf(request)], false)),
    this.#event("send_mouse_wheel", (request) => this.wheel([deltaOf(request)], false)),
  ];

  readonly announcements: readonly Announcement[] = [
    { slot: "hid_keymaps", type: "hid_keymaps", event: () => this.#keymaps() },
    { slot: "hid", type: "hid", event: () => this.state() },
  ];

  readonly inputs: NonNullable<Subsystem["inputs"]>;
  readonly opcodes: NonNullable<Subsystem["opcodes"]>;

  start(): void {
    this.#lastInput = this.#context.clock.now();
    this.#last = this.state();
  }

  stop(wasAsked: boolean): void {
    this.gadget.stop(wasAsked);
    this.#setJiggler(false);
  }

  /** Any session that comes or goes, of anybody, ends all typing. */
  sessionsChanged(_count: number, hasOpened: boolean): void {
    if (!hasOpened || this.abilities.clearOnOpen) this.gadget.clear();
  }

  /**
   * Whether the computer listens to keyboard and mouse. When it listens again, kvmd learns it from the next report of
   * each of them.
   */
  set online(value: boolean) {
    this.gadget.isListening = value;
    if (value) return;
    Object.assign(this.gadget.online, { keyboard: false, mouse: false });
    this.#changed();
  }

  get online(): boolean {
    return this.gadget.online.keyboard && this.gadget.online.mouse;
  }

  state(): JsonObject {
    const { keyboard, mouse } = this.gadget.online;
    const { caps, scroll, num } = this.#host.keyboard.leds;
    return {
      enabled: true,
      online: true,
      busy: false,
      connected: this.connected,
      keyboard: { online: keyboard, leds: { caps, scroll, num }, outputs: { available: [], active: "" } },
      mouse: { outputs: { ...this.mouseOutputs }, online: mouse, absolute: this.gadget.absolute },
      jiggler: { ...this.jiggler },
    };
  }

  key(key: string, state: boolean, finish = false): void {
    this.#touch();
    this.gadget.key(key, state, finish);
  }

  button(button: Button, state: boolean): void {
    this.#touch();
    this.gadget.mouse({ kind: "button", button, state });
  }

  move({ x, y }: Point): void {
    this.#touch();
    this.gadget.mouse({ kind: "move", x, y });
  }

  relative(deltas: readonly Point[], squash: boolean): void {
    this.#touch();
    for (const delta of squash ? squashed(deltas) : deltas) this.gadget.mouse({ kind: "relative", ...delta });
  }

  wheel(deltas: readonly Point[], squash: boolean): void {
    this.#touch();
    for (const delta of squash ? squashed(deltas) : deltas) this.gadget.mouse({ kind: "wheel", ...delta });
  }

  #event(name: string, handle: (request: KvmdRequest) => void | Promise<void>): Route {
    return {
      method: "POST",
      path: `/hid/events/${name}`,
      handle: (request) => (this.abilities.httpEvents ? handle(request) : plainStatus(404)),
    };
  }

  #keymaps(): JsonObject {
    return { keymaps: { default: DEFAULT_KEYMAP, available: KEYMAPS } };
  }

  #inactivity(): number {
    return Math.floor((this.#context.clock.now() - this.#lastInput) / 1000);
  }

  #touch(): void {
    this.#lastInput = this.#context.clock.now();
  }

  #setParams(request: KvmdRequest): void {
    valid.optional(request.param("keyboard_output"), (raw) =>
      valid.oneOf(raw, "Keyboard output", ["usb", "ps2", "disabled"]),
    );
    const output = valid.optional(request.param("mouse_output"), (raw) =>
      valid.oneOf(raw, "Mouse output", ["usb", "usb_win98", "usb_rel", "ps2", "disabled"]),
    );
    const jiggler = valid.optional(request.param("jiggler"), valid.bool);
    // Well-formed values that this device does not have are ignored.
    const hasOutputs = this.#context.age.since(SINCE.mouseOutputs);
    if (output !== undefined && hasOutputs && this.mouseOutputs.available.includes(output))
      this.#setMouseOutput(output);
    if (jiggler !== undefined && this.jiggler.enabled) this.#setJiggler(jiggler);
    this.#changed();
  }

  #connect(connected: boolean): void {
    if (this.connected === null) return;
    this.connected = connected;
    this.#changed();
  }

  #setMouseOutput(output: string): void {
    if (output === this.mouseOutputs.active) return;
    this.gadget.releaseButtons();
    this.mouseOutputs.active = output;
    this.gadget.absolute = output !== "usb_rel";
  }

  #setJiggler(active: boolean): void {
    this.jiggler.active = active;
    this.#jiggle?.cancel();
    this.#jiggle = undefined;
    if (active) this.#wiggle();
  }

  /** Moves the pointer there and back around its place, and again after a while of idleness. */
  #wiggle(): void {
    const { x, y } = this.#host.mouse.position;
    for (const step of [100, -100, 100, -100, 0])
      if (this.gadget.absolute) this.move({ x: x + step, y: y + step });
      else this.relative([{ x: Math.sign(step) * 10, y: Math.sign(step) * 10 }], false);
    const pause = this.jiggler.interval * 1000 * (0.75 + Math.random() / 2);
    this.#jiggle = this.#context.timers.after(pause, () => this.#wiggle());
  }

  #sendKey(request: KvmdRequest): void {
    const key = valid.exactlyOneOf(request.param("key"), "Keyboard key", this.#keyNames);
    const state = valid.optional(request.param("state"), valid.bool);
    const knowsFinish = this.#context.age.since(SINCE.keyFinish);
    const finish = knowsFinish && valid.boolOr(request.param("finish"), false);
    this.key(key, state ?? true, state === undefined || finish);
  }

  async #sendShortcut(request: KvmdRequest): Promise<void> {
    const keys = valid.list(request.param("keys"), "string list", (item) =>
      valid.exactlyOneOf(item, "Keyboard key", this.#keyNames),
    );
    for (const [order, state] of [[keys, true] as const, [keys.toReversed(), false] as const])
      for (const key of order) {
        await this.#context.timers.sleep(SHORTCUT_STEP_MS);
        this.key(key, state);
      }
  }

  #sendButton(request: KvmdRequest): void {
    const button = valid.oneOf(request.param("button"), "Mouse button", BUTTON_NAMES);
    const state = valid.optional(request.param("state"), valid.bool);
    for (const step of state === undefined ? [true, false] : [state]) this.button(button, step);
  }

  #sendMove(request: KvmdRequest): void {
    const axis = (name: string): number => valid.clampedInt(request.param(name), "Mouse move", -32768, 32767);
    this.move({ x: axis("to_x"), y: axis("to_y") });
  }

  #changed(): void {
    const state = this.state();
    if (isDeepStrictEqual(state, this.#last)) return;
    this.#last = state;
    this.#context.broadcast("hid", state);
  }
}

function deltaOf(request: KvmdRequest): Point {
  const axis = (name: string): number => valid.clampedInt(request.param(name), "Mouse delta", -127, 127);
  return { x: axis("delta_x"), y: axis("delta_y") };
}
