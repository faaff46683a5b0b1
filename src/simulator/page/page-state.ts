import { isObject, type Json, type JsonObject } from "../api/python";
import type { Clock } from "../clock";
import type { Gpio } from "../gpio/gpio";
import type { Host } from "../host/host";
import type { Switch } from "../switch/switch";
import type { Streamer } from "../video/streamer";

/** What the page shows. */
export interface Shown {
  readonly clock: Clock;
  readonly host: Host;
  readonly state: { readonly gpio: Gpio; readonly streamer: Streamer; readonly switch: Switch };
  /** Open WebSocket sessions. */
  readonly sessions: number;
  /** SHA-256; empty without TLS. */
  readonly fingerprint: string;
  /** How long the network is still broken, ms. */
  readonly outage: number;
  readonly running: boolean;
}

const TYPED_SHOWN = 4000;
const PRESSES_SHOWN = 6;

export function stateOf({ clock, host, state, sessions, fingerprint, outage, running }: Shown): JsonObject {
  return {
    sessions,
    plugged: host.plugged,
    asleep: host.asleep,
    leds: host.leds,
    screen: [...host.screen.lines],
    locks: { ...host.keyboard.leds },
    typed: host.typed.slice(-TYPED_SHOWN),
    held: host.heldKeys,
    drive: host.usbDrive === null ? null : { ...host.usbDrive },
    presses: host.presses
      .slice(-PRESSES_SHOWN)
      .map(({ line, at, duration }) => ({ line, age: Math.round(clock.now() - at), duration })),
    relays: relaysOf(state.gpio),
    ports: portsOf(state.switch),
    device: { running, signal: state.streamer.source.signal !== false, outage: Math.ceil(outage), fingerprint },
  };
}

/** A row of the device's own view for each label: its channels, and what is on their wires. */
function relaysOf({ model, channels }: Gpio): Json[] {
  const rows = model.view["table"];
  if (!Array.isArray(rows)) return [];
  return (rows as Json[]).filter(Array.isArray).map((row: Json[]) => {
    const items = row.filter(isObject);
    const label = items.find(({ type }) => type === "label")?.["text"] ?? "";
    const shown = items.filter(({ type }) => type !== "label");
    const isOn = (type: Json, name: Json): boolean =>
      typeof name === "string" && channels[type === "input" ? "inputs" : "outputs"][name]?.state === true;
    return {
      label,
      channels: shown.map(({ type = "", channel = "" }) => ({ type, channel, on: isOn(type, channel) })),
    };
  });
}

function portsOf({ chain, ports }: Switch): Json[] {
  return ports.map(({ host }, index) => ({
    name: chain.settingsOf(index).name,
    on: host.leds.power,
    active: chain.active === index,
  }));
}
