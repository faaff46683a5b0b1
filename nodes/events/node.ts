import type { Values } from "../../src/actions/action";
import { sourceModule, type Source } from "../../src/runtime/source";
import { kindOf } from "../../src/client/events/merge";
import { Changes } from "./changes";
import { schema } from "./schema";

type Settings = Values<(typeof schema)["fields"]>;

export = sourceModule(schema, (settings) => {
  const source = SOURCES[settings.mode](settings);
  // Read now: nothing may be opened before all that is used was found right.
  const { connection } = settings;
  return {
    ...source,
    onConnection(change) {
      const messages = source.onConnection?.(change) ?? [];
      if (!connection) return messages;
      return [...messages, { topic: "connection", payload: change.connected ? "connected" : "disconnected" }];
    },
  };
});

/** What is made of what the device reports. */
const SOURCES: Record<Settings["mode"], (settings: Settings) => Source> = {
  raw({ kinds }) {
    return {
      onEvent: ({ event_type, event }) =>
        isWanted(kindOf(event_type), kinds) ? [{ topic: event_type, payload: event }] : [],
    };
  },
  state({ kinds }) {
    return { onState: ({ kind, state }) => (isWanted(kind, kinds) ? [{ topic: kind, payload: state }] : []) };
  },
  changes(settings) {
    const changes = new Changes(settings.properties);
    return {
      derived: { power: changes.has("power"), idle: changes.has("idle") ? settings.idleSeconds : undefined },
      onState: (change) => changes.onState(change),
      onConnection() {
        changes.onConnection();
        return [];
      },
      missing: (states) => changes.missing(states),
    };
  },
};

const isWanted = (kind: string, kinds: readonly string[]): boolean => kinds.length === 0 || kinds.includes(kind);
