import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { ATX_ACTIONS, ATX_BUTTONS } from "../system/atx";
import { DEFAULT_EDID, parsedEdid } from "./edid";
import { KvmdError } from "../api/errors";
import { float, type JsonObject } from "../api/python";
import type { Announcement, Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import { SwitchChain } from "./switch-chain";
import { CLICK_DELAYS, MAX_UNITS, PORTS_PER_UNIT, type SwitchPort } from "./switch-port";
import * as valid from "../api/validators";

interface Edid {
  readonly name: string;
  readonly data: string;
}

const COLORS = {
  inactive: [255, 0, 0, 64, 0],
  active: [0, 255, 0, 128, 0],
  flashing: [0, 170, 255, 128, 0],
  beacon: [228, 44, 156, 255, 250],
  bootloader: [255, 170, 0, 128, 0],
} as const;
type Role = keyof typeof COLORS;
const ROLES = Object.keys(COLORS) as Role[]; // they are its keys

/** The PiKVM Switch. Without a unit its commands are accepted and do nothing; settings are kept all the same. */
export class Switch implements Subsystem {
  readonly #context: Context;
  readonly edids = new Map<string, Edid>([["default", { name: "Default", data: DEFAULT_EDID }]]);
  readonly chain: SwitchChain;
  readonly #colors: Record<Role, readonly [number, number, number, number, number]> = { ...COLORS };
  #last: JsonObject;

  constructor(context: Context) {
    this.#context = context;
    this.chain = new SwitchChain(context, () => this.#changed());
    this.#last = this.state();
  }

  readonly routes: readonly Route[] = [
    { method: "GET", path: "/switch", handle: () => this.state() },
    { method: "POST", path: "/switch/set_active", handle: (request) => this.chain.activate(portOf(request)) },
    { method: "POST", path: "/switch/set_active_prev", handle: () => this.chain.step(-1) },
    { method: "POST", path: "/switch/set_active_next", handle: () => this.chain.step(1) },
    { method: "POST", path: "/switch/set_beacon", handle: (request) => this.#setBeacon(request) },
    { method: "POST", path: "/switch/set_port_params", handle: (request) => this.#setPortParams(request) },
    { method: "POST", path: "/switch/set_colors", handle: (request) => this.#setColors(request) },
    { method: "POST", path: "/switch/reset", handle: (request) => this.#reset(request) },
    { method: "POST", path: "/switch/edids/create", handle: (request) => this.#createEdid(request) },
    { method: "POST", path: "/switch/edids/change", handle: (request) => this.#changeEdid(request) },
    { method: "POST", path: "/switch/edids/remove", handle: (request) => this.#removeEdid(request) },
    { method: "POST", path: "/switch/atx/power", handle: (request) => this.#atxPower(request) },
    { method: "POST", path: "/switch/atx/click", handle: (request) => this.#atxClick(request) },
  ];

  readonly announcements: readonly Announcement[] = [{ slot: "switch", type: "switch", event: () => this.state() }];

  /** How many units hang on the device, 0 to 5. */
  get units(): number {
    return this.chain.units.length;
  }

  set units(count: number) {
    this.chain.attach(count);
  }

  /** By index, and with them the computers behind them. */
  get ports(): readonly SwitchPort[] {
    return this.chain.ports;
  }

  stop(): void {
    this.chain.stop();
    this.#last = this.state();
  }

  /** The simulator ends, and with it the computers on the ports. */
  close(): void {
    for (const { host } of this.ports) host.close();
  }

  state(): JsonObject {
    const { chain } = this;
    return {
      model: chain.model(),
      summary: chain.summary(),
      edids: {
        all: Object.fromEntries(
          [...this.edids].map(([id, { name, data }]) => [id, { name, data, parsed: parsedEdid(data) }]),
        ),
        used: chain.ports.map((_, index) => chain.settingsOf(index).edid),
      },
      colors: Object.fromEntries(ROLES.map((role) => [role, this.#color(role)])),
      video: { links: chain.perPort(({ video, host }) => video && host.power) },
      usb: { links: chain.perPort(({ usb, host }) => usb && host.power) },
      beacons: {
        uplinks: chain.units.map(({ uplink }) => uplink),
        downlinks: chain.units.map(({ downlink }) => downlink),
        ports: chain.perPort(({ beacon }) => beacon),
      },
      atx: {
        busy: chain.perPort(({ busy }) => busy),
        leds: { power: chain.perPort(({ host }) => host.leds.power), hdd: chain.perPort(({ host }) => host.leds.hdd) },
      },
    };
  }

  #setBeacon(request: KvmdRequest): void {
    const state = valid.bool(request.param("state"));
    if (request.param("port") !== undefined) {
      const port = this.chain.ports[portOf(request)];
      if (port !== undefined) this.chain.command(() => void (port.beacon = state));
      return;
    }
    const link = request.param("uplink") === undefined ? "downlink" : "uplink";
    const unit = this.chain.units[valid.int(request.param(link), { min: 0 })];
    if (unit !== undefined) this.chain.command(() => void (unit[link] = state));
  }

  #setPortParams(request: KvmdRequest): void {
    const port = portOf(request);
    const edid = valid.optional(request.param("edid_id"), (raw) => valid.edidId(raw, { allowDefault: true }));
    const dummy = valid.optional(request.param("dummy"), valid.bool);
    const name = valid.optional(request.param("name"), valid.portName);
    const delays = ATX_BUTTONS.map(
      (button) =>
        [
          button,
          valid.optional(request.param(`atx_click_${button}_delay`), (raw) =>
            valid.float(raw, { name: "ATX delay", min: 0, max: 10 }),
          ),
        ] as const,
    );
    if (edid !== undefined) this.#knownEdid(edid);
    const settings = this.chain.settingsOf(port);
    Object.assign(settings, {
      edid: edid ?? settings.edid,
      dummy: dummy ?? settings.dummy,
      name: name ?? settings.name,
    });
    for (const [button, delay] of delays)
      if (delay !== undefined) settings.delays[button] = float(delay === 0 ? CLICK_DELAYS[button] : delay);
    this.#changed();
  }

  #setColors(request: KvmdRequest): void {
    const asked = ROLES.filter((role) => request.param(role) !== undefined);
    const colors = asked.map((role) => [role, valid.switchColor(request.param(role)) ?? COLORS[role]] as const);
    Object.assign(this.#colors, Object.fromEntries(colors));
    this.#changed();
  }

  #reset(request: KvmdRequest): void {
    const unit = valid.int(request.param("unit"), { min: 0 });
    valid.boolOr(request.param("bootloader"), false);
    this.chain.reboot(unit);
  }

  #createEdid(request: KvmdRequest): JsonObject {
    const name = valid.nonEmptyString(request.param("name"));
    const data = valid.edidData(request.param("data"));
    const id = randomUUID();
    this.edids.set(id, { name, data });
    this.#changed();
    return { id };
  }

  /** With nothing to change nobody looks for the EDID. */
  #changeEdid(request: KvmdRequest): void {
    const id = valid.edidId(request.param("id"), { allowDefault: false });
    const name = valid.optional(request.param("name"), valid.portName);
    const data = valid.optional(request.param("data"), valid.edidData);
    if (name === undefined && data === undefined) return;
    // It hands the data on under a name that the next function does not have.
    if (data !== undefined) throw new Error("a mistake in kvmd");
    const edid = this.#knownEdid(id);
    this.edids.set(id, { ...edid, name: name || edid.name }); // an empty one changes nothing
    this.#changed();
  }

  #removeEdid(request: KvmdRequest): void {
    const id = valid.edidId(request.param("id"), { allowDefault: false });
    this.#knownEdid(id);
    this.edids.delete(id);
    for (const settings of this.chain.everySetting) if (settings.edid === id) settings.edid = "default";
    this.#changed();
  }

  #atxPower(request: KvmdRequest): void {
    const index = portOf(request);
    const action = valid.oneOf(request.param("action"), "ATX power action", ATX_ACTIONS);
    this.ports[index]?.power(action, this.chain.settingsOf(index));
  }

  #atxClick(request: KvmdRequest): void {
    const index = portOf(request);
    const button = valid.oneOf(request.param("button"), "ATX button", ATX_BUTTONS);
    this.ports[index]?.click(button, this.chain.settingsOf(index));
  }

  #knownEdid(id: string): Edid {
    const edid = this.edids.get(id);
    if (edid === undefined) throw new KvmdError("SwitchUnknownEdidError", "No specified EDID ID found");
    return edid;
  }

  #color(role: Role): JsonObject {
    const [red, green, blue, brightness, blink] = this.#colors[role];
    return { red, green, blue, brightness, blink_ms: blink };
  }

  /** A new model goes out with everything; anything else only with the parts that differ. */
  #changed(): void {
    const before = this.#last;
    this.#last = this.state();
    const parts = Object.entries(this.#last).filter(([key, value]) => !isDeepStrictEqual(value, before[key]));
    const whole = parts.some(([key]) => key === "model");
    if (parts.length > 0) this.#context.broadcast("switch", whole ? this.#last : Object.fromEntries(parts));
  }
}

function portOf(request: KvmdRequest): number {
  return valid.switchPort(request.param("port"), PORTS_PER_UNIT, MAX_UNITS);
}
