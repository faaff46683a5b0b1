import type { Reached } from "../../src/runtime/look";
import { reached as powerReached, type PowerSummary } from "../atx-power/reached";

interface SwitchSummary extends Omit<PowerSummary, "state"> {
  /** What was done with the buttons, and their LEDs; others tell the whole state of the switch. */
  power?: string;
  state: PowerSummary["state"];
  changed?: boolean;
  port?: { id: string };
}

const WORDS: Record<string, string> = {
  beacon_on: "beacon_on",
  beacon_off: "beacon_off",
  edid_create: "edid_stored",
  edid_assign: "edid_assigned",
  edid_remove: "edid_removed",
};

export function reached({ action, power, pressed, state, changed, port }: SwitchSummary): Reached {
  if (power !== undefined) return powerReached({ action: power, pressed, state });
  if (action === "select")
    return { words: changed === false ? "already_port" : "port", values: { port: port?.id ?? "" } };
  return { words: WORDS[action] ?? "read" };
}
