import { NotModelled } from "./refused";

const PLAIN = /^\{\{ *value *\}\}$/;
/** One text for another, all else as it is. */
const INSTEAD = /^\{\{ *'(\w+)' if value == '(\w+)' else value *\}\}$/;
const MEMBER = /^\{\{ *value_json(?:\.(\w+)|\[(?:'([^']+)'|"([^"]+)")\]) *\}\}$/;

/**
 * What a template makes of a payload. Home Assistant has all of Jinja; here are the forms that a bridge needs.
 * @param warn told of what Home Assistant would log
 */
export function rendered(template: unknown, payload: string, warn: (line: string) => void): string {
  if (typeof template !== "string" || PLAIN.test(template)) return payload;
  if (!/[{}%#]/.test(template)) return template;
  const [, instead, of] = INSTEAD.exec(template) ?? [];
  if (instead !== undefined) return payload === of ? instead : payload;
  const [, dotted, single, double] = MEMBER.exec(template) ?? [];
  const name = dotted ?? single ?? double;
  if (name === undefined) throw new NotModelled(`template ${template}`);
  const value = memberOf(payload, name);
  if (value === undefined) warn(`Template variable warning: no '${name}' when rendering '${template}'`);
  return asPython(value, template);
}

function memberOf(payload: string, name: string): unknown {
  try {
    return (JSON.parse(payload) as Record<string, unknown> | null)?.[name]; // whatever it is, it has a member or not
  } catch {
    return undefined;
  }
}

/** Jinja writes values as Python does. */
function asPython(value: unknown, template: string): string {
  if (value === undefined) return "";
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw new NotModelled(`${template} of a list or an object`);
}
