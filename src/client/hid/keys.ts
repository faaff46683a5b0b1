import { ConfigurationError } from "../errors";
import { isKey, type Key } from "../vocabulary";

/** @throws ConfigurationError for what is not the name of a key. */
export function knownKey(name: string): Key {
  if (isKey(name)) return name;
  throw new ConfigurationError(
    `"${name}" is not a key. Expected a name such as Enter, KeyA, Digit1, F12, ControlLeft.`,
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
