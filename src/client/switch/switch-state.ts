import type { AtxButton } from "../vocabulary";
export interface SwitchEdid {
  name: string;
  /** Hexadecimal, 128 or 256 bytes. */
  data: string;
  /** `null` where the data is no EDID. */
  parsed: null | {
    mfc_id: string;
    product_id: number;
    serial: number;
    monitor_name: string | null;
    monitor_serial: string | null;
    audio: boolean;
  };
}

/** By id; `default` is always there. */
export interface SwitchEdids {
  all: Record<string, SwitchEdid>;
  /** The id of each port. */
  used: string[];
}

/** Of a light; red, green, blue and brightness are 0 to 255. */
export interface SwitchColor {
  red: number;
  green: number;
  blue: number;
  brightness: number;
  /** Milliseconds; 0 = steady. */
  blink_ms: number;
}

/** Unit and channel count from 0. */
export interface SwitchPort {
  unit: number;
  channel: number;
  name: string;
  /** As printed in the device's menu: `3`, or `2.3` with several units. */
  id: string;
  /** Seconds that each button is pressed. */
  atx: { click_delays: Record<AtxButton, number> };
  video?: { dummy: boolean };
}

/** Lists have an entry for each port by its index; they are empty while no unit is attached or has reported. */
export interface SwitchState {
  model: {
    firmware: { version: number };
    units: { firmware: { version: number; devbuild?: boolean } }[];
    ports: SwitchPort[];
    limits: {
      atx: {
        click_delays: Record<AtxButton, { default: number; min: number; max: number }>;
      };
    };
  };
  /** `active_port` is -1 when none is; `synced` is false while units are catching up. */
  summary: { active_port: number; active_id: string; synced: boolean };
  edids: SwitchEdids;
  colors: Record<SwitchRole, SwitchColor>;
  video: { links: boolean[] };
  usb: { links: boolean[] };
  beacons: { uplinks: boolean[]; downlinks: boolean[]; ports: boolean[] };
  atx: { busy: boolean[]; leds: { power: boolean[]; hdd: boolean[] } };
}

/** As a device before 4.72 sends it. */
interface UnnamedPorts extends Omit<SwitchState, "model" | "summary"> {
  model: Omit<SwitchState["model"], "ports"> & { ports: (Omit<SwitchPort, "id"> & { id?: string })[] };
  summary: Omit<SwitchState["summary"], "active_id"> & { active_id?: string };
}

/** The state with the ids of the ports, also from devices that do not tell them. */
export function withIds(state: UnnamedPorts): SwitchState {
  const { model, summary } = state;
  const numberOf = (unit: number, channel: number): string =>
    model.units.length <= 1 ? `${channel + 1}` : `${unit + 1}.${channel + 1}`;
  const ports = model.ports.map((port) => ({ ...port, id: port.id ?? numberOf(port.unit, port.channel) }));
  const active = summary.active_id ?? ports[summary.active_port]?.id ?? "";
  return { ...state, model: { ...model, ports }, summary: { ...summary, active_id: active } };
}

/** What the lights of a port show. */
export const SWITCH_ROLES = ["inactive", "active", "flashing", "beacon", "bootloader"] as const;
export type SwitchRole = (typeof SWITCH_ROLES)[number];
