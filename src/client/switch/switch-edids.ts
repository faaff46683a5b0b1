import { edidHex } from "./edid";
import { ConfigurationError } from "../errors";
import type { Lane } from "../lanes/lane";
import { findPort, portLabel } from "./port-names";
import type { Switch } from "./switch";
import { change } from "./switch-change";
import { SWITCH_TIMEOUT, type PortOptions, type PortResult } from "./switch-ports";
import type { SwitchEdid, SwitchEdids } from "./switch-state";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/state-waiter";

/** An EDID with its id. */
export interface NamedEdid extends SwitchEdid {
  id: string;
}

export interface EdidResult {
  edid: NamedEdid;
  /** False when everything was as wanted already. */
  changed: boolean;
}

const DEFAULT = "default";

/**
 * What displays the ports of the PiKVM Switch pretend to be. An EDID is chosen by its name, whatever its case, or by
 * its id; `default` is always there. The device keeps them also while no switch is attached.
 */
export class Edids {
  readonly #switch: Switch;
  readonly #waiter: StateWaiter;
  readonly #lane: Lane;

  constructor(kvmSwitch: Switch, waiter: StateWaiter, lane: Lane) {
    this.#switch = kvmSwitch;
    this.#waiter = waiter;
    this.#lane = lane;
  }

  /** All of them by id, and the id of the one that each port uses. From `GET /api/switch`. */
  list(options: CallOptions = {}): Promise<SwitchEdids> {
    return this.#switch.getEdids(options);
  }

  /**
   * Adds an EDID; one with the same name and contents is left as it is. `POST /api/switch/edids/create`.
   * @param data 128 or 256 bytes, or the same as hexadecimal digits or base64.
   * @throws ConfigurationError for what is no EDID, or a name that another one has.
   */
  create(name: string, data: string | Uint8Array, { signal }: CallOptions = {}): Promise<EdidResult> {
    return this.#lane.run(async (turn) => {
      const hex = edidHex(data);
      const title = name.trim();
      if (title === "") throw new ConfigurationError("An EDID needs a name.");
      const [same] = matching(await this.list({ signal: turn }), title);
      if (same?.data.toUpperCase() === hex) return { edid: same, changed: false };
      if (same) throw new ConfigurationError(`There is another EDID named "${same.name}": remove it first.`);
      const id = await this.#switch.createEdid(title, hex, { signal: turn });
      return { edid: findEdid(await this.list({ signal: turn }), id), changed: true };
    }, signal);
  }

  /**
   * Gives a port an EDID and waits until that is reported. `POST /api/switch/set_port_params`.
   * @param port by number or name, as for `Ports`.
   * @throws ConfigurationError for an EDID or a port that is not there; PiKVMError `NO_SWITCH`; WaitTimeoutError.
   */
  assign(
    name: string,
    port: number | string,
    { timeout = SWITCH_TIMEOUT, signal }: PortOptions = {},
  ): Promise<EdidResult & PortResult> {
    return this.#lane.run(async (turn) => {
      const before = await this.#switch.getState({ signal: turn });
      const { index, port: target } = findPort(before, port);
      const edid = findEdid(before.edids, name);
      const result = await change(this.#switch, this.#waiter, {
        before,
        isRight: ({ edids }) => edids.used[index] === edid.id,
        send: () => this.#switch.setPortParams(index, { edidId: edid.id }, { signal: turn }),
        failure: () => `Port ${portLabel(target)} had another EDID ${timeout} s after it was given "${edid.name}".`,
        timeout,
        signal: turn,
      });
      return { edid, port: target, ...result };
    }, signal);
  }

  /**
   * Deletes an EDID; ports that use it get the default one. `POST /api/switch/edids/remove`.
   * @throws ConfigurationError for one that is not there, and for the default one.
   */
  remove(name: string, { signal }: CallOptions = {}): Promise<EdidResult> {
    return this.#lane.run(async (turn) => {
      const edid = findEdid(await this.list({ signal: turn }), name);
      if (edid.id === DEFAULT) throw new ConfigurationError("The default EDID cannot be removed.");
      await this.#switch.removeEdid(edid.id, { signal: turn });
      return { edid, changed: true };
    }, signal);
  }
}

function matching({ all }: SwitchEdids, wanted: string): NamedEdid[] {
  const named = Object.entries(all).map(([id, edid]) => ({ id, ...edid }));
  const byId = named.filter(({ id }) => id === wanted);
  const exact = byId.length > 0 ? byId : named.filter(({ name }) => name === wanted);
  return exact.length > 0 ? exact : named.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
}

function findEdid(edids: SwitchEdids, wanted: string): NamedEdid {
  const [found, ...more] = matching(edids, wanted.trim());
  if (!found) {
    const names = Object.values(edids.all).map(({ name }) => name);
    throw new ConfigurationError(`There is no EDID "${wanted}". There are: ${names.join(", ")}.`);
  }
  if (more.length === 0) return found;
  const ids = [found, ...more].map(({ id }) => id).join(", ");
  throw new ConfigurationError(`Several EDIDs are named "${found.name}": use the id of one: ${ids}.`);
}
