import type { Field } from "../../../src/schema/field";
import { fieldsOf, type NodeSchema } from "../../../src/schema/node";
import { fixedType } from "../../../src/schema/stored";
import { alternativesOf, type When } from "../../../src/schema/when";
import { readWords } from "../../package/words";
import type { Setting } from "../dialog";
import { FOR_NUMBERS, type Visit } from "./visit";

/** A visit with what it leaves out of the node's schema: each field is entered once, and each range is broken once. */
export function complete(schema: NodeSchema, { mistakes, settings, unread = [] }: Visit): Visit {
  const entered = new Set(settings.flat().map(({ field }) => field));
  const wrong = new Set([...mistakes.map(({ field }) => field), ...unread]);
  const words = readWords("en-US", schema.name);
  const typed = (name: string, field: Field, value: string | boolean): Setting =>
    schema.role === "action" ? { field: name, type: fixedType(field), value: String(value) } : { field: name, value };
  const needed = ({ when }: Field): Setting[] => (when === undefined ? [] : settingsFor(schema, when, typed));
  const others = fieldsOf(schema).filter(([, { kind }]) => kind !== "checks" && kind !== "list");
  return {
    unread,
    settings: [
      ...settings,
      ...others
        .filter(([name]) => !entered.has(name) && !unread.includes(name))
        .map(([name, field]) => [...needed(field), typed(name, field, anotherValue(field))]),
    ],
    mistakes: [
      ...mistakes,
      ...others.flatMap(([name, field]) => {
        if (field.kind !== "number" || wrong.has(name)) return [];
        const reason = `${words.get(`label.${name}`) ?? name}: ${FOR_NUMBERS} ${field.min} to ${field.max}`;
        return [{ ...typed(name, field, String(field.max + 1)), given: needed(field), reason }];
      }),
    ],
  };
}

/** What makes the dialog show a field. */
function settingsFor(
  { fields }: NodeSchema,
  when: When,
  typed: (name: string, field: Field, value: string) => Setting,
): Setting[] {
  const [first = {}] = alternativesOf(when);
  return Object.entries(first).flatMap(([name, wanted]) => {
    const field = fields[name];
    if (field === undefined) return [];
    const value = "not" in wanted ? String(anotherValue(field)) : wanted[0];
    return value === undefined ? [] : [typed(name, field, value)];
  });
}

/** A value that is right, and not the one that a new node has. */
function anotherValue(field: Field): string | boolean {
  switch (field.kind) {
    case "choice":
      return field.choices.find((choice) => choice !== field.default) ?? "";
    case "number":
      return String(field.default === field.max ? field.min : field.max);
    case "flag":
      return field.default !== true;
    case "region":
      return "0, 0, 64, 48";
    default:
      return "other";
  }
}
