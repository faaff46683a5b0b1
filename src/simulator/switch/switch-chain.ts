import type { Json, JsonObject } from "../api/python";
import { CLICK_DELAYS, MAX_UNITS, PORTS_PER_UNIT, type PortSettings, SwitchPort } from "./switch-port";
import type { Context } from "../api/subsystem";

/** How long a unit takes to carry out a command. */
const SETTLE_MS = 100;
/** How long a unit is away when it is reset. */
const REBOOT_MS = 1000;

interface Unit {
  uplink: boolean;
  downlink: boolean;
  online: boolean;
}

/** The units that hang on the device, one behind the other, and their ports. */
export class SwitchChain {
  readonly #context: Context;
  readonly #changed: () => void;
  readonly ports: SwitchPort[] = [];
  readonly units: Unit[] = [];
  /** -1: none. */
  active = -1;
  synced = true;
  readonly #settings = new Map<number, PortSettings>();

  constructor(context: Context, changed: () => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** @param count - 0 to 5 units of four ports each. Whatever was set on the ports is still known. */
  attach(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > MAX_UNITS) throw new RangeError(`No chain has ${count} units`);
    for (const port of this.ports.splice(count * PORTS_PER_UNIT)) port.host.close();
    this.units.splice(count);
    while (this.units.length < count) this.units.push({ uplink: false, downlink: false, online: true });
    while (this.ports.length < count * PORTS_PER_UNIT)
      this.ports.push(new SwitchPort(this.#context.timers, this.#changed));
    if (this.active >= this.ports.length) this.active = -1;
    this.#changed();
  }

  settingsOf(port: number): PortSettings {
    const known = this.#settings.get(port) ?? { edid: "default", name: "", dummy: true, delays: { ...CLICK_DELAYS } };
    this.#settings.set(port, known);
    return known;
  }

  get everySetting(): Iterable<PortSettings> {
    return this.#settings.values();
  }

  activate(port: number): void {
    if (this.ports[port] !== undefined) this.command(() => void (this.active = port));
  }

  /** Stops at the ends of the chain. */
  step(by: 1 | -1): void {
    if (this.active >= 0 || by > 0) this.activate(this.active + by);
  }

  /** The unit goes away and comes back, without its beacons. */
  reboot(index: number): void {
    const unit = this.units[index];
    if (unit === undefined) return;
    unit.online = false;
    this.command(() => Object.assign(unit, { uplink: false, downlink: false, online: true }), REBOOT_MS);
  }

  /** Does not wait: the state shows the command once the unit has carried it out. */
  command(act: () => void, ms = SETTLE_MS): void {
    this.synced = false;
    this.#changed();
    this.#context.timers.after(ms, () => {
      act();
      this.synced = true;
      this.#changed();
    });
  }

  stop(): void {
    this.synced = true;
    for (const port of this.ports) port.stop();
    for (const unit of this.units) unit.online = true;
  }

  summary(): JsonObject {
    return {
      active_port: this.active,
      active_id: this.active < 0 ? "" : this.#label(this.active),
      synced: this.synced,
    };
  }

  model(): JsonObject {
    const delay = (seconds: number): JsonObject => ({ default: seconds, min: 0, max: 10 });
    const { power, power_long: long, reset } = CLICK_DELAYS;
    return {
      firmware: { version: 9 },
      units: this.units.map(() => ({ firmware: { version: 9, devbuild: false } })),
      ports: this.ports.map((_, index) => this.#portModel(index)),
      limits: { atx: { click_delays: { power: delay(power), power_long: delay(long), reset: delay(reset) } } },
    };
  }

  perPort(value: (port: SwitchPort) => boolean): Json[] {
    return this.ports.map((port, index) => value(port) && this.#unitOf(index).online);
  }

  #portModel(index: number): JsonObject {
    const { name, dummy, delays } = this.settingsOf(index);
    return {
      unit: Math.floor(index / PORTS_PER_UNIT),
      channel: index % PORTS_PER_UNIT,
      name,
      id: this.#label(index),
      atx: { click_delays: { ...delays } },
      video: { dummy },
    };
  }

  /** As it is printed on the housing: the port, and in front of it the unit when there are several. */
  #label(index: number): string {
    const port = (index % PORTS_PER_UNIT) + 1;
    return this.units.length > 1 ? `${Math.floor(index / PORTS_PER_UNIT) + 1}.${port}` : String(port);
  }

  #unitOf(index: number): Unit {
    return this.units[Math.floor(index / PORTS_PER_UNIT)] ?? { uplink: false, downlink: false, online: false };
  }
}
