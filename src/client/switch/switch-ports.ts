import type { ButtonsState } from "../power/buttons";
import { ConfigurationError } from "../errors";
import type { Lane } from "../lanes/lane";
import { PortButtons } from "./port-buttons";
import { findPort, portAt, portLabel, requireSwitch, shownName, type FoundPort } from "./port-names";
import { ledOf } from "../power/knowledge";
import { Power } from "../power/power";
import type { BeaconPlace, Switch } from "./switch";
import { change, type SwitchResult } from "./switch-change";
import type { SwitchPort, SwitchState } from "./switch-state";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/state-waiter";

export interface PortOptions extends CallOptions {
  /** Seconds for the switch to report what was asked for. Default 10. */
  timeout?: number;
}

export interface PortResult extends SwitchResult {
  port: SwitchPort;
}

export interface BeaconResult extends SwitchResult {
  /** Absent for a beacon of a unit's connection. */
  port?: SwitchPort;
}

/**
 * Which light: of a port by number or name, or of a unit's connection upwards or downwards by the unit's number from 1.
 */
export type Beacon = { port: number | string } | { uplink: number } | { downlink: number };

/** Seconds. */
export const SWITCH_TIMEOUT = 10;

const STEPS = new Map<string, 1 | -1>([
  ["next", 1],
  ["previous", -1],
  ["prev", -1],
]);

/**
 * The ports of the PiKVM Switch, as actions that read its state first and verify by what it reports. A port is named as
 * it is on the switch and in the device's menu: by its number from 1, counted over the whole chain (5 = the first one
 * of the second unit), by `unit.channel` from 1 (`"2.1"` is the same one), or by its name, whatever its case. One
 * without a name is called as on the device's page: `Host 5`. All throw ConfigurationError for a port that is not there,
 * and PiKVMError with the code `NO_SWITCH` when no switch is attached: nothing was sent then.
 */
export class Ports {
  readonly #switch: Switch;
  readonly #waiter: StateWaiter;
  readonly #newLane: (name: string) => Lane;
  readonly #lane: Lane;
  /** By index; each remembers the last press. */
  readonly #powers = new Map<number, Power<ButtonsState>>();

  constructor(kvmSwitch: Switch, waiter: StateWaiter, newLane: (name: string) => Lane) {
    this.#switch = kvmSwitch;
    this.#waiter = waiter;
    this.#newLane = newLane;
    this.#lane = newLane("the switch");
  }

  /** Everything that the switch reports; without one its lists are empty. `GET /api/switch`. */
  getState(options: CallOptions = {}): Promise<SwitchState> {
    return this.#switch.getState(options);
  }

  /** What each port may be called: its number, and its name as the device's page shows it. */
  async names(options: CallOptions = {}): Promise<string[]> {
    const { ports } = (await this.#switch.getState(options)).model;
    return ports.flatMap((port, index) => [port.id, shownName({ index, port })]);
  }

  /** The port with this number or name. */
  async find(port: number | string, options: CallOptions = {}): Promise<SwitchPort> {
    return findPort(await this.#switch.getState(options), port).port;
  }

  /**
   * Shows a port, or the one after or before; after the last comes the first. The one that is shown already is left
   * alone. `POST /api/switch/set_active`.
   * @param port number or name, or `"next"` or `"previous"`.
   * @throws WaitTimeoutError when the switch does not report it as active, and its units as ready, in time.
   */
  select(port: number | string, { timeout = SWITCH_TIMEOUT, signal }: PortOptions = {}): Promise<PortResult> {
    return this.#lane.run(async (turn) => {
      const before = await this.#switch.getState({ signal: turn });
      const { index, port: target } = targetOf(before, port);
      const result = await change(this.#switch, this.#waiter, {
        before,
        isRight: ({ summary }) => summary.active_port === index && summary.synced,
        send: () => this.#switch.setActive(index, { signal: turn }),
        failure: (last) =>
          `Port ${portLabel(target)} was not shown ${timeout} s after it was chosen: ${shownIn(last)}.`,
        timeout,
        signal: turn,
      });
      return { port: target, ...result };
    }, signal);
  }

  /**
   * Lets a light blink, or not, so that a person finds the port or cable. `POST /api/switch/set_beacon`.
   * @throws ConfigurationError for a unit that is not there; WaitTimeoutError when the switch does not report it in
   * time.
   */
  setBeacon(
    beacon: Beacon,
    on: boolean,
    { timeout = SWITCH_TIMEOUT, signal }: PortOptions = {},
  ): Promise<BeaconResult> {
    return this.#lane.run(async (turn) => {
      const before = await this.#switch.getState({ signal: turn });
      const { place, list, index, ...found } = lightOf(before, beacon);
      const result = await change(this.#switch, this.#waiter, {
        before,
        isRight: ({ beacons }) => beacons[list][index] === on,
        send: () => this.#switch.setBeacon(place, on, { signal: turn }),
        failure: () => `The beacon was not reported as ${on ? "on" : "off"} ${timeout} s after it was set.`,
        timeout,
        signal: turn,
      });
      return { ...found, ...result };
    }, signal);
  }

  /** The power and reset buttons and the LEDs of the computer behind a port, with all that `kvm.power` can do. */
  async power(port: number | string, options: CallOptions = {}): Promise<Power<ButtonsState>> {
    const { index } = findPort(await this.#switch.getState(options), port);
    const known = this.#powers.get(index);
    if (known) return known;
    const buttons = new PortButtons(this.#switch, this.#waiter, index);
    const power = new Power(buttons, ledOf(buttons, "switch"), this.#waiter, this.#newLane("the power button"));
    this.#powers.set(index, power);
    return power;
  }
}

function targetOf(state: SwitchState, wanted: number | string): FoundPort {
  const step = STEPS.get(String(wanted).trim().toLowerCase());
  if (step === undefined) return findPort(state, wanted);
  requireSwitch(state);
  const { active_port: active } = state.summary;
  const { length } = state.model.ports;
  // Where none is active, the next one is the first, and the one before it the last.
  const from = active < 0 && step < 0 ? 0 : active;
  return portAt(state, (from + step + length) % length);
}

/** A light, for the call and in the lists of the state. */
interface Light {
  place: BeaconPlace;
  list: keyof SwitchState["beacons"];
  index: number;
  port?: SwitchPort;
}

function lightOf(state: SwitchState, beacon: Beacon): Light {
  if ("port" in beacon) {
    const { index, port } = findPort(state, beacon.port);
    return { place: { port: index }, list: "ports", index, port };
  }
  const index = unitIndex(state, "uplink" in beacon ? beacon.uplink : beacon.downlink);
  if ("uplink" in beacon) return { place: { uplink: index }, list: "uplinks", index };
  return { place: { downlink: index }, list: "downlinks", index };
}

function unitIndex(state: SwitchState, unit: number): number {
  requireSwitch(state);
  const { length } = state.model.units;
  if (Number.isInteger(unit) && unit >= 1 && unit <= length) return unit - 1;
  throw new ConfigurationError(
    `There is no unit ${unit}: the switch has ${length === 1 ? "only one" : `1 to ${length}`}.`,
  );
}

function shownIn({ summary, model }: SwitchState): string {
  const active = model.ports[summary.active_port];
  const shown = active ? `port ${portLabel(active)} is active` : "no port is active";
  return summary.synced ? shown : `${shown}, and the switch is not ready yet`;
}
