/**
 * As much of a value as an example of it shows, to be compared with it. `…` in a text of the example stands for
 * whatever is there: a time, an address, bytes.
 */
export function shaped(value: unknown, example: unknown): unknown {
  if (typeof example === "string") return standsFor(example, value) ? example : value;
  if (Array.isArray(example) && Array.isArray(value))
    return value.map((one: unknown, index) => (index in example ? shaped(one, example[index]) : one));
  if (!isObject(example) || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(example).map(([key, part]) => [key, shaped(value[key], part)]));
}

function standsFor(example: string, value: unknown): boolean {
  if (example === "…") return value !== undefined;
  const parts = example.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return typeof value === "string" && new RegExp(`^${parts.join("[^]*")}$`).test(value);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
