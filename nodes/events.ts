import { isDeepStrictEqual } from "node:util";
import { ConfigurationError } from "../src/client";
import { defineSource, type Emission, type Source, type StoredSource } from "../src/runtime/source";
import type { NodeAPI } from "../src/runtime/red";

export = defineSource("pikvm-events", (config, RED) => ({
  ...modeOf(config, RED),
  onConnection({ connected }) {
    return config.connection ? [{ topic: "connection", payload: connected ? "connected" : "disconnected" }] : [];
  },
}));

function modeOf(config: StoredSource, RED: NodeAPI): Source {
  const isWanted = (kind: string) => config.kinds.length === 0 || config.kinds.includes(kind);
  switch (config.mode) {
    case "raw":
      return {
        onEvent: ({ event_type, event }) => (isWanted(event_type) ? [{ topic: event_type, payload: event }] : []),
      };
    case "state":
      return { onState: ({ kind, state }) => (isWanted(kind) ? [{ topic: kind, payload: state }] : []) };
    case "changes":
      return { onState: changesOf(config.properties, RED) };
  }
}

/** A message for each chosen property whose value differs from the last one that was sent. */
function changesOf(properties: readonly string[], RED: NodeAPI): NonNullable<Source["onState"]> {
  const paths = properties.map((property) => ({ property, keys: keysOf(property, RED) }));
  const last = new Map<string, unknown>();
  return ({ kind, state }) => {
    const changes: Emission[] = [];
    for (const { property, keys } of paths) {
      if (keys[0] !== kind) continue;
      const payload = valueAt(state, keys.slice(1));
      const previous = last.get(property);
      if (last.has(property) && isDeepStrictEqual(previous, payload)) continue;
      changes.push({ topic: property, payload, ...(last.has(property) ? { previous } : {}) });
      last.set(property, payload);
    }
    return changes;
  };
}

function keysOf(property: string, RED: NodeAPI): (string | number)[] {
  try {
    return RED.util.normalisePropertyExpression(property);
  } catch (cause) {
    throw new ConfigurationError(`"${property}" is not a path into the device's state, such as atx.leds.power.`, {
      cause,
    });
  }
}

/** Nothing at this path, e.g. the name of no image, is null. */
function valueAt(state: unknown, keys: readonly unknown[]): unknown {
  let value = state;
  for (const key of keys) {
    if (typeof value !== "object" || value === null) return null;
    value = (value as Record<string, unknown>)[String(key)];
  }
  return value ?? null;
}
