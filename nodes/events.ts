import { Changes } from "../src/runtime/changes";
import { defineSource, type Source, type StoredSource } from "../src/runtime/source";

export = defineSource("pikvm-events", (config) => {
  const mode = modeOf(config);
  return {
    ...mode,
    onConnection(change) {
      const messages = mode.onConnection?.(change) ?? [];
      if (!config.connection) return messages;
      return [...messages, { topic: "connection", payload: change.connected ? "connected" : "disconnected" }];
    },
  };
});

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
      return changesOf(config);
  }
}

function changesOf({ properties, idleSeconds }: StoredSource): Source {
  const changes = new Changes(properties);
  return {
    derived: { power: changes.has("power"), idle: changes.has("idle") ? Number(idleSeconds) : undefined },
    onState: (change) => changes.onState(change),
    onConnection() {
      changes.onConnection();
      return [];
    },
    missing: (states) => changes.missing(states),
  };
}
