/** Characters. */
const WIDTH = 34;

/** JSON to be read in the narrow sidebar, as one line of HTML: what fits into a line of it stands in one. */
export function shownJson(value) {
  return escaped(laidOut(value)).replaceAll("\n", "&#10;");
}

/** What stands before it in its first line is as long as `before`. */
function laidOut(value, indent = "", before = indent) {
  const flat = flatJson(value);
  const isLong = before.length + flat.length > WIDTH;
  if (!isLong || typeof value !== "object" || value === null) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const lines = Array.isArray(value)
    ? value.map((one) => inner + laidOut(one, inner))
    : Object.entries(value).map(([key, one]) => {
        const name = `${inner}${JSON.stringify(key)}: `;
        return name + laidOut(one, inner, name);
      });
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function flatJson(value) {
  if (Array.isArray(value)) return `[${value.map(flatJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${flatJson(one)}`);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
