import { isDeepStrictEqual } from "node:util";
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
function changesOf(paths: readonly string[], RED: NodeAPI): NonNullable<Source["onState"]> {
  const last = new Map<string, unknown>();
  return ({ kind, state }) => {
    const changes: Emission[] = [];
    for (const path of paths) {
      if (path !== kind && !path.startsWith(`${kind}.`) && !path.startsWith(`${kind}[`)) continue;
      // Nothing at this path, e.g. the name of no image, is told as null.
      const payload: unknown = RED.util.getObjectProperty({ [kind]: state }, path) ?? null;
      const previous = last.get(path);
      if (last.has(path) && isDeepStrictEqual(previous, payload)) continue;
      changes.push({ topic: path, payload, ...(last.has(path) ? { previous } : {}) });
      last.set(path, payload);
    }
    return changes;
  };
}
