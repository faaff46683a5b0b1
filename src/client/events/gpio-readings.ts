type Json = Record<string, unknown>;

/** What is read from a pin. */
const READ = new Set(["online", "state"]);

/**
 * The GPIO state with true readings only. A busy output is not read: the device always shows it as online and off. Here
 * it keeps what it read before, or has no reading when that is not known.
 * @param known the same state before.
 */
export function trueReadings(gpio: Json | undefined, known: Json | undefined): Json | undefined {
  const outputs = outputsOf(gpio);
  const before = outputsOf(known);
  const kept = Object.entries(outputs)
    .filter(([, output]) => asObject(output)["busy"] === true)
    .map(([name, output]): [string, Json] => [name, { ...part(output, false), ...part(before[name], true) }]);
  if (kept.length === 0) return gpio;
  const state = { ...asObject(gpio?.["state"]), outputs: { ...outputs, ...Object.fromEntries(kept) } };
  return { ...gpio, state };
}

/** Of one output: what is read, or all the rest. */
function part(output: unknown, isRead: boolean): Json {
  return Object.fromEntries(Object.entries(asObject(output)).filter(([key]) => READ.has(key) === isRead));
}

function outputsOf(gpio: Json | undefined): Json {
  return asObject(asObject(gpio?.["state"])["outputs"]);
}

function asObject(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
