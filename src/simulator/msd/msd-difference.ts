import { isDeepStrictEqual } from "node:util";

import type { JsonObject } from "../api/python";

/** What a partial `msd` event holds: the top-level keys that differ, and of `storage` only its keys that do. */
export function storageDifference(before: JsonObject, state: JsonObject): JsonObject {
  const top = pick(before, state);
  return "storage" in top ? { ...top, storage: pick(storageOf(before), storageOf(state)) } : top;
}

function pick(before: JsonObject, state: JsonObject): JsonObject {
  const changed = Object.entries(state).filter(([key, value]) => !isDeepStrictEqual(before[key], value));
  return Object.fromEntries(changed);
}

function storageOf(state: JsonObject): JsonObject {
  return (state.storage ?? {}) as JsonObject; // an object or null, see Msd.state()
}
