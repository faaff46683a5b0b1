import type { ChangeOptions, Commands } from "../http/commands";
import { ConfigurationError } from "../errors";
import { flag, listOf, number, objectOf, optional, recordOf, text, texts, type Shape } from "../http/shape";
import { inRange, integerIn, oneOf } from "../ranges";
import {
  SWITCH_ROLES,
  type SwitchColor,
  type SwitchEdids,
  type SwitchRole,
  type SwitchState,
  withIds,
} from "./switch-state";
import type { CallOptions } from "../http/transport";
import type { Software } from "../system/software";
import type { AtxAction, AtxButton } from "../vocabulary";

/** Which light: of a port, or of a unit's connection upwards or downwards, by index from 0. */
export type BeaconPlace = { port: number | string } | { uplink: number } | { downlink: number };

export interface SwitchPortParams {
  /** `default`, or the id of an EDID. */
  edidId?: string;
  /** Pretend a display is there while the port is not active. */
  dummy?: boolean;
  /** `""` is the default name. At most 255 characters. */
  name?: string;
  /** Seconds that the button is pressed, 0 to 10; 0 = the default. */
  clickPowerDelay?: number;
  /** As `clickPowerDelay`. */
  clickPowerLongDelay?: number;
  /** As `clickPowerDelay`. */
  clickResetDelay?: number;
}

/** An EDID is handed on as it comes: blocks of 128 bytes. */
const EDID: Shape = (value) => typeof value === "string" && /^([0-9a-f]{256})+$/i.test(value);
const SWITCH_EDIDS = objectOf({
  edids: objectOf({ all: recordOf(objectOf({ name: text, data: EDID })), used: texts }),
});
const SWITCH_STATE = objectOf({
  model: objectOf({
    units: listOf(objectOf()),
    ports: listOf(objectOf({ unit: number, channel: number, name: text, id: optional(text) })),
  }),
  summary: objectOf({ active_port: number, active_id: optional(text) }),
  edids: objectOf({ all: recordOf(objectOf({ name: text })), used: texts }),
  video: objectOf({ links: listOf(flag) }),
  usb: objectOf({ links: listOf(flag) }),
  beacons: objectOf({ uplinks: listOf(flag), downlinks: listOf(flag), ports: listOf(flag) }),
  atx: objectOf({ busy: listOf(flag), leds: objectOf({ power: listOf(flag), hdd: listOf(flag) }) }),
});

const BYTE = { min: 0, max: 255 };
const MAX_PORTS = 20;
const MAX_UNITS = 5;
const CLICK = { min: 0, max: 10, unit: " s" };
const MAX_NAME = 255;

/**
 * The PiKVM Switch (`/api/switch`): up to 5 units of 4 ports.
 *
 * A port is a number from 0 over the whole chain (5 = the second port of the second unit), or a text `"unit.channel"`,
 * both from 1 (`"2.2"` is the same one). All commands are answered when they are queued; what came of them shows in the
 * state. Without a unit, or for a port that is not there, they succeed and do nothing: check `getState().model.ports`
 * first.
 */
export class Switch {
  readonly #commands: Commands;
  readonly #software: Software;

  constructor(commands: Commands, software: Software) {
    this.#commands = commands;
    this.#software = software;
  }

  /** Units, ports, EDIDs, colours, links, LEDs. `GET /api/switch`. */
  async getState({ signal }: CallOptions = {}): Promise<SwitchState> {
    return withIds(
      await this.#commands.transport.get<Parameters<typeof withIds>[0]>("/api/switch", { signal, shape: SWITCH_STATE }),
    );
  }

  /** Shows a port. `POST /api/switch/set_active`. @throws ConfigurationError for what names no port. */
  async setActive(port: number | string, options: ChangeOptions = {}): Promise<void> {
    return this.#post("set_active", { port: portOf(port) }, options);
  }

  /** Shows the port before; the first stays. `POST /api/switch/set_active_prev`. */
  setActivePrev(options: ChangeOptions = {}): Promise<void> {
    return this.#post("set_active_prev", {}, options);
  }

  /** Shows the port after; the last stays, and after none comes the first. `POST /api/switch/set_active_next`. */
  setActiveNext(options: ChangeOptions = {}): Promise<void> {
    return this.#post("set_active_next", {}, options);
  }

  /** Lets a light blink, so that a person finds the port or cable. `POST /api/switch/set_beacon`. */
  async setBeacon(place: BeaconPlace, state: boolean, options: ChangeOptions = {}): Promise<void> {
    return this.#post("set_beacon", { state, ...beaconOf(place) }, options);
  }

  /**
   * Settings of a port; kept by the device also while the port is not there. `POST /api/switch/set_port_params`.
   * @throws ConfigurationError for a delay out of range or a name too long; APIError `SwitchUnknownEdidError`: nothing
   * was set.
   */
  async setPortParams(port: number | string, params: SwitchPortParams, options: ChangeOptions = {}): Promise<void> {
    const { edidId, dummy, name, clickPowerDelay, clickPowerLongDelay, clickResetDelay } = params;
    const delay = (value: number | undefined) =>
      value === undefined ? undefined : inRange("The click delay", value, CLICK);
    if (name !== undefined) inRange("The length of the name", name.length, { min: 0, max: MAX_NAME });
    if (dummy !== undefined)
      await this.#software.demand("switchDummy", "The ports of the device's Switch cannot pretend a display", options);
    const query = {
      port: portOf(port),
      edid_id: edidId,
      dummy,
      name,
      atx_click_power_delay: delay(clickPowerDelay),
      atx_click_power_long_delay: delay(clickPowerLongDelay),
      atx_click_reset_delay: delay(clickResetDelay),
    };
    return this.#post("set_port_params", query, options);
  }

  /**
   * Colours of the lights; roles that are not named keep theirs. `POST /api/switch/set_colors`.
   * @param colors red, green, blue and brightness 0 to 255, `blink_ms` 0 to 65535; or `"default"`.
   */
  async setColors(
    colors: Partial<Record<SwitchRole, SwitchColor | "default">>,
    options: ChangeOptions = {},
  ): Promise<void> {
    const entries = Object.entries(colors).map(([role, color]) => [
      oneOf("The role", role, SWITCH_ROLES),
      colorOf(color),
    ]);
    return this.#post("set_colors", Object.fromEntries(entries) as Record<string, string>, options);
  }

  /** Restarts a unit. `POST /api/switch/reset`. @param unit from 0. @param bootloader stay ready for new firmware. */
  async reset(unit: number, { bootloader = false, ...options }: ChangeOptions & { bootloader?: boolean } = {}) {
    return this.#post("reset", { unit: unitOf(unit), bootloader }, options);
  }

  /**
   * The power buttons behind a port, as `Atx` does; dropped without a word while they are being pressed.
   * `POST /api/switch/atx/power`.
   */
  async atxPower(port: number | string, action: AtxAction, options: ChangeOptions = {}): Promise<void> {
    return this.#post("atx/power", { port: portOf(port), action }, options);
  }

  /**
   * Presses a button behind a port, whatever the LED says; dropped without a word while one is pressed.
   * `POST /api/switch/atx/click`.
   */
  async atxClick(port: number | string, button: AtxButton, options: ChangeOptions = {}): Promise<void> {
    return this.#post("atx/click", { port: portOf(port), button }, options);
  }

  /** What displays the ports pretend to be. From `GET /api/switch`. */
  async getEdids({ signal }: CallOptions = {}): Promise<SwitchEdids> {
    const call = { signal, shape: SWITCH_EDIDS };
    return (await this.#commands.transport.get<SwitchState>("/api/switch", call)).edids;
  }

  /**
   * Adds an EDID. The device does not check its contents; `parsed` of the state is null where they are none.
   * `POST /api/switch/edids/create`.
   * @param data hexadecimal, 128 or 256 bytes; blanks do not matter.
   * @returns its id.
   */
  async createEdid(name: string, data: string, options: ChangeOptions = {}): Promise<string> {
    const query = { name: edidNameOf(name), data: edidDataOf(data) };
    const { id } = await this.#commands.ask<{ id: string }>("/api/switch/edids/create", { ...options, query });
    return id;
  }

  /**
   * Renames or replaces an EDID, but not `default`. `POST /api/switch/edids/change`.
   * @param data is what kvmd up to 4.197 stumbles over, a mistake of its own: create another EDID instead.
   * @throws APIError `SwitchUnknownEdidError`; with status 500 for data that the device stumbled over.
   */
  async changeEdid(
    id: string,
    { name, data }: { name?: string; data?: string },
    options: ChangeOptions = {},
  ): Promise<void> {
    if (name === undefined && data === undefined) throw new ConfigurationError("Neither a name nor data to change.");
    const query = {
      id,
      name: name === undefined ? undefined : edidNameOf(name),
      data: data === undefined ? undefined : edidDataOf(data),
    };
    return this.#post("edids/change", query, options);
  }

  /**
   * Deletes an EDID; ports that use it get the default. `POST /api/switch/edids/remove`.
   * @throws APIError `SwitchUnknownEdidError`.
   */
  removeEdid(id: string, options: ChangeOptions = {}): Promise<void> {
    return this.#post("edids/remove", { id }, options);
  }

  #post(
    call: string,
    query: Record<string, string | number | boolean | undefined>,
    options: ChangeOptions,
  ): Promise<void> {
    return this.#commands.post(`/api/switch/${call}`, { ...options, query });
  }
}

/** The device takes any number and clamps: 1.0 is an index, 0.1 and 9.9 are ports that nobody meant. */
function portOf(port: number | string): string {
  if (typeof port === "number") return String(integerIn("The port", port, { min: 0, max: MAX_PORTS - 1 }));
  if (/^([1-5]\.[1-4]|1?\d)$/.test(port)) return port;
  throw new ConfigurationError(
    `"${port}" is not a port. Expected 0 to ${MAX_PORTS - 1}, or "unit.channel" from 1.1 to 5.4.`,
  );
}

function unitOf(unit: number): number {
  return integerIn("The unit", unit, { min: 0, max: MAX_UNITS - 1 });
}

function beaconOf(place: BeaconPlace): Record<string, string | number> {
  if ("port" in place) return { port: portOf(place.port) };
  return "uplink" in place ? { uplink: unitOf(place.uplink) } : { downlink: unitOf(place.downlink) };
}

function colorOf(color: SwitchColor | "default"): string {
  if (color === "default") return color;
  const { red, green, blue, brightness, blink_ms: blink } = color;
  const byte = (name: string, value: number) => hex(integerIn(name, value, BYTE), 2);
  const shade = byte("Red", red) + byte("Green", green) + byte("Blue", blue);
  const period = hex(integerIn("The blinking", blink, { min: 0, max: 65_535, unit: " ms" }), 4);
  return `${shade}:${byte("The brightness", brightness)}:${period}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

function edidNameOf(name: string): string {
  if (name.trim() === "") throw new ConfigurationError("An EDID needs a name.");
  return name;
}

function edidDataOf(data: string): string {
  const digits = data.replace(/\s+/g, "");
  if (/^([0-9a-f]{256}|[0-9a-f]{512})$/i.test(digits)) return digits;
  throw new ConfigurationError("The data is not an EDID: expected 256 or 512 hexadecimal digits.");
}
