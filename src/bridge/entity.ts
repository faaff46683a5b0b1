import type { States } from "../client";

/** What is done for a command: what the node of that name would do with these values. */
export interface Order {
  node: string;
  values: Readonly<Record<string, unknown>>;
}

/** How something is commanded by a text. */
interface Command {
  /** Names of what a bridge must let through for it to be offered. */
  deeds: readonly string[];
  /** A text that cannot be used is refused by the node's action. Absent: the bridge itself does it. */
  order?: (text: string) => Order;
}

/** One thing that Home Assistant shows, and what is on the broker of it. */
export interface Entity {
  /** Identity in Home Assistant: it never changes. */
  key: string;
  platform: string;
  /** In the words of the catalogue by its key, or as the device calls it. */
  name?: string;
  /** Where its state is, and below it its commands: below the topic of the device. Default its key. */
  topic?: string;
  /** The state as a text; null while it is not known. Absent: it has none, as a button. */
  value?: string | null;
  /** Absent: it is only read. */
  command?: Command;
  /** The platform's own settings. */
  config?: Readonly<Record<string, unknown>>;
  /** What is shown instead where it may not be commanded; absent: nothing. */
  readAs?: Pick<Entity, "key" | "platform" | "config">;
}

/** What is known besides the states that the device reports. */
export interface Facts {
  /** Whether buttons are there without the ATX board. */
  hasOwnButtons: boolean;
}

/** All that the bridge knows of its device. `power` is derived from what the device reports. */
export type Known = Readonly<States & { power?: unknown }>;

/** One subsystem: what Home Assistant can show of it as it is now. What the device lacks is not there. */
export interface Part {
  /** The kinds of states that it depends on. */
  kinds: readonly string[];
  entities: (known: Known, facts: Facts) => Entity[];
}

export const onOff = (value: unknown): string | null => (typeof value === "boolean" ? (value ? "on" : "off") : null);

/** What shows yes and no on a topic with `on` and `off`. */
export const ON_OFF = { payload_on: "on", payload_off: "off" } as const;

/** What is not for the first page. */
export const DIAGNOSTIC = { entity_category: "diagnostic" } as const;
/** What should not be pressed by mistake, nor by voice. */
export const SETTINGS = { entity_category: "config" } as const;

/** A button that does one thing. */
export const button = (
  key: string,
  deed: string,
  order: Order,
  config: Readonly<Record<string, unknown>> = {},
): Entity => ({ key, platform: "button", config, command: { deeds: [deed], order: () => order } });

/** Yes or no, which is only read. */
export const light = (key: string, value: unknown, config: Readonly<Record<string, unknown>> = {}): Entity => ({
  key,
  platform: "binary_sensor",
  value: typeof value === "string" ? value : onOff(value),
  config: { ...ON_OFF, ...config },
});

export const sensor = (
  key: string,
  value: string | number | null | undefined,
  config: Readonly<Record<string, unknown>> = {},
): Entity => ({ key, platform: "sensor", value: value === null || value === undefined ? null : String(value), config });
