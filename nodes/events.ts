import { isDeepStrictEqual } from "node:util";
import { statePath, valueAt } from "../src/client";
import { defineSource, type Emission, type Source, type StoredSource } from "../src/runtime/source";

export = defineSource("pikvm-events", (config) => ({
  ...modeOf(config),
  onConnection({ connected }) {
    return config.connection ? [{ topic: "connection", payload: connected ? "connected" : "disconnected" }] : [];
  },
}));

function modeOf(config: StoredSource): Source {
  const isWanted = (kind: string) => config.kinds.length === 0 || config.kinds.includes(kind);
  switch (config.mode) {
    case "raw":
      return {
        onEvent: ({ event_type, event }) => (isWanted(event_type) ? [{ topic: event_type, payload: event }] : []),
      };
    case "state":
      return { onState: ({ kind, state }) => (isWanted(kind) ? [{ topic: kind, payload: state }] : []) };
    case "changes":
      return { onState: changesOf(config.properties) };
  }
}

/** A message for each chosen property whose value differs from the last one that was sent. */
function changesOf(properties: readonly string[]): NonNullable<Source["onState"]> {
  const paths = properties.map(statePath);
  const last = new Map<string, unknown>();
  return ({ kind, state }) => {
    const changes: Emission[] = [];
    for (const { text: property, kind: wanted, keys } of paths) {
      if (wanted !== kind) continue;
      const payload = valueAt(state, keys);
      const previous = last.get(property);
      if (last.has(property) && isDeepStrictEqual(previous, payload)) continue;
      changes.push({ topic: property, payload, ...(last.has(property) ? { previous } : {}) });
      last.set(property, payload);
    }
    return changes;
  };
}
