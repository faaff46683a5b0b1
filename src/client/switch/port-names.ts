import { ConfigurationError, PiKVMError } from "../errors";
import type { SwitchPort, SwitchState } from "./switch-state";
import { isPortNumber } from "../vocabulary";

/** A port, and where it is in the lists of the state. */
export interface FoundPort {
  index: number;
  port: SwitchPort;
}

/** @throws PiKVMError with the code `NO_SWITCH`: the device itself accepts commands for a switch that is not there. */
export function requireSwitch({ model }: SwitchState): void {
  if (model.ports.length > 0) return;
  throw new PiKVMError(
    "No PiKVM Switch is attached to the device, or it has not reported yet. Check its USB cable and power.",
    { code: "NO_SWITCH" },
  );
}

/** @throws PiKVMError with the code `NO_SWITCH` when it is not there any more. */
export function portAt(state: SwitchState, index: number): FoundPort {
  requireSwitch(state);
  const port = state.model.ports[index];
  if (port) return { index, port };
  throw new PiKVMError(`Port ${index + 1} of the PiKVM Switch is not there any more.`, { code: "NO_SWITCH" });
}

/**
 * The port with this number or name: see `Ports`.
 * @throws ConfigurationError that lists what there is; PiKVMError `NO_SWITCH`.
 */
export function findPort(state: SwitchState, wanted: number | string): FoundPort {
  requireSwitch(state);
  const ports = state.model.ports.map((port, index) => ({ index, port }));
  const text = String(wanted).trim();
  const counted = numbered(ports, text);
  // A number that no port has may be a name: hosts are called by numbers too.
  const ways = [() => counted, () => named(ports, text), () => unnamed(ports, text)];
  const [found, ...more] = ways.map((way) => way()).find(({ length }) => length > 0) ?? [];
  if (!found) {
    const known = ports.map(({ port }) => portLabel(port)).join(", ");
    const problem = text === "" ? "No port is named." : `There is no port "${text}".`;
    throw new ConfigurationError(`${problem} There are: ${known}.`);
  }
  if (more.length === 0) return found;
  const ids = [found, ...more].map(({ port }) => port.id).join(", ");
  throw new ConfigurationError(`The ports ${ids} are all named "${text}": use the number of one.`);
}

/** As a person would call it: `2.3 (web server)`. */
export function portLabel({ id, name }: SwitchPort): string {
  return name === "" ? id : `${id} (${name})`;
}

/**
 * What a port is called on the device's own page: its name, or for want of one `Host` and its number, counted from 1
 * over the whole chain.
 */
export const shownName = ({ index, port }: FoundPort): string => port.name || `Host ${index + 1}`;

function numbered(ports: readonly FoundPort[], text: string): FoundPort[] {
  if (!isPortNumber(text)) return [];
  const [first, second] = text.split(".").map((part) => Number(part) - 1);
  return ports.filter(({ index, port: { unit, channel } }) =>
    second === undefined ? index === first : unit === first && channel === second,
  );
}

function named(ports: readonly FoundPort[], text: string): FoundPort[] {
  const exact = ports.filter(({ port }) => text !== "" && port.name === text);
  if (exact.length > 0) return exact;
  return ports.filter(({ port }) => text !== "" && port.name.toLowerCase() === text.toLowerCase());
}

/** A name that somebody has given comes first: only where there is none, what the page says instead may be meant. */
function unnamed(ports: readonly FoundPort[], text: string): FoundPort[] {
  const wanted = text.replace(/\s+/g, " ").toLowerCase();
  return ports.filter((found) => found.port.name === "" && shownName(found).toLowerCase() === wanted);
}
