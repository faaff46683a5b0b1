import { ConfigurationError } from "../errors";
import { keyOf, type Key } from "../vocabulary";

/** @throws ConfigurationError for what is not the name of a key, in full or short. */
export function knownKey(name: string): Key {
  const key = keyOf(name);
  if (key) return key;
  throw new ConfigurationError(
    `"${name}" is not a key. Expected a name such as Enter, F12, A, 1, Ctrl or in full ControlLeft, KeyA, Digit1.`,
  );
}

/** The device never releases these by itself, also when it is asked to finish the press. */
const STAYS_DOWN: ReadonlySet<Key> = new Set<Key>([
  ...(["ShiftLeft", "ShiftRight", "ControlLeft", "ControlRight", "AltLeft", "AltRight"] as const),
  ...(["MetaLeft", "MetaRight", "PrintScreen"] as const),
]);

export function staysDown(key: Key): boolean {
  return STAYS_DOWN.has(key);
}
