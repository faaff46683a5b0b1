import type { Field, Fields } from "../schema/field";
import { fieldsOf, type NodeSchema, type PlainFields } from "../schema/node";
import { isUsed, isWanted, type MayBe } from "../schema/when";
import { checkedIn, prepareChecks } from "./checks";
import { Combobox } from "./combobox";
import { chooseOnly, prepareConfigButtons } from "./config-row";
import { definitionOf, storedOf, type Definition, type EditorNode } from "./definition";
import { prepareDevice } from "./device-row";
import { hideEmptyFold } from "./fold";
import { hint, input, row, showIf } from "./form";
import { pathsIn, preparePaths } from "./path-list";
import { addRegionButton } from "./region-picker";
import { listSource } from "./suggestions";
import type { Literal } from "./try-row";
import { insideProblem, isEnvReference } from "./validate";
import { problemOf } from "./widgets";
import { common, wordsOf } from "./words";

type ByField<F, Value> = Partial<Record<keyof F, (given: PlainFields<F>) => Value>>;

/** What is special about the dialog of a node. */
interface Special<F> {
  /** What the node is called in a flow while it has no name; undefined: as in the palette. */
  label: (stored: PlainFields<F>) => string | undefined;
  /** The word for what leaves on the first output. */
  output: string;
  /** Why a property cannot be used although it is of its kind, or undefined; `given` has what is typed in its field. */
  problems?: ByField<F, string | undefined>;
  /** Why an entry of a list cannot be used, or undefined. */
  entryProblem?: (entry: string) => string | undefined;
  /** How the boxes of a list are shown, where not each with its value. */
  boxes?: Partial<Record<keyof F, (place: JQuery, checked: readonly string[]) => void>>;
  /** What is shown but not read. */
  unread?: ByField<F, boolean>;
  /** Called when the dialog is opened. */
  opened?: () => void;
  /** Called when it has been opened, and after each change. */
  changed?: (given: { literal: Literal }) => void;
}

/** The dialog of a node that sends messages by itself, whose properties are plain values, from its schema. */
export function sourceDialog<F extends Fields>(
  schema: NodeSchema<F>,
  {
    label,
    output,
    problems = {},
    entryProblem = () => undefined,
    boxes = {},
    unread = {},
    opened,
    changed,
  }: Special<F>,
): Definition {
  const words = wordsOf(schema.name);
  const stored = (node: object): PlainFields<F> => storedOf(schema, node) as PlainFields<F>; // as the schema says

  /** What the node has, or what its open dialog shows. */
  const valueOf = (node: object, name: string): string => {
    if (input(name).data("node") !== node) return String(stored(node)[name]);
    return String(schema.fields[name]?.kind === "flag" ? input(name).prop("checked") : input(name).val());
  };
  /** The same, of all that it has. */
  const shown = (node: object): PlainFields<F> => {
    const given = fieldsOf(schema).map(([name, { kind }]) => {
      if (kind === "list") return [name, pathsIn(listOf(name))];
      return [name, kind === "checks" ? checkedIn(listOf(name)) : stored(node)[name]];
    });
    return Object.fromEntries(given) as PlainFields<F>; // as the schema says
  };
  /** What the node has, but for a text that is typed just now. */
  const given = (node: object, name: string, value: string): PlainFields<F> => {
    const before = stored(node);
    return typeof before[name] === "string" ? { ...before, [name]: value } : before;
  };
  const mayBe =
    (node: object): MayBe =>
    (name, wanted) =>
      isWanted(valueOf(node, name), wanted);

  function problem(node: object, name: string, value: string): string | undefined {
    const field = schema.fields[name];
    if (field === undefined || isEnvReference(value)) return undefined;
    if (!isUsed(field.when, mayBe(node)) || unread[name]?.(stored(node))) return undefined;
    const problem = field.verbatim ? undefined : insideProblem(value);
    return problem ?? problemOf(field, value, "str", mayBe(node)) ?? problems[name]?.(given(node, name, value));
  }

  function prepare(node: EditorNode): void {
    prepareDevice(node);
    const update = (): void => {
      for (const [name, field] of fieldsOf(schema)) {
        showIf(row(name), isUsed(field.when, mayBe(node)) && !unread[name]?.(shown(node)));
        if (field.hint === "each") hint(name).html(words(`hint.${name}.${valueOf(node, name)}`));
      }
      hideEmptyFold();
      changed?.({ literal });
    };
    const literal = (name: string): string | undefined => {
      const value = valueOf(node, name);
      return isEnvReference(value) ? undefined : value;
    };
    for (const [name, field] of fieldsOf(schema)) {
      input(name).data("node", node).on("change", update);
      prepareInput(name, field, stored(node)[name]);
      if (field.kind === "list" || field.kind === "checks") listOf(name).on("change", update);
    }
    input("device").on("change", update);
    opened?.();
    update();
  }

  function prepareInput(name: string, field: Field, value: unknown): void {
    const source = "suggest" in field ? listSource(field.suggest) : {};
    const checks = boxes[name] ?? ((place, checked) => prepareChecks(place, choicesOf(field), checked));
    if (field.kind === "configNode" && !field.blank) {
      prepareConfigButtons(name, words(`label.${name}`));
      chooseOnly(name);
    }
    if (field.kind === "checks") checks(listOf(name), value as string[]);
    else if (field.kind === "list") preparePaths(listOf(name), value as string[], { source, problem: entryProblem });
    else if ("suggest" in field) new Combobox(input(name), source);
    if (field.kind !== "region") return;
    addRegionButton(
      input(name),
      () => String(input(name).val()),
      (text) => void input(name).val(text).trigger("change"),
    );
  }

  function save(node: EditorNode): void {
    for (const [name, { kind }] of fieldsOf(schema)) {
      if (kind === "checks") node[name] = checkedIn(listOf(name));
      if (kind === "list") node[name] = pathsIn(listOf(name));
    }
  }

  return definitionOf(schema, {
    problem,
    label: (node) => label(stored(node)),
    outputLabels: (index) => (index === 0 ? words(`port.${output}`) : common("port.errors")),
    prepare,
    save,
  });
}

const choicesOf = (field: Field): readonly string[] => (field.kind === "checks" ? field.choices : []);

/** Where the entries of a list are: it has no input of its own. */
const listOf = (name: string): JQuery => $(`#pikvm-${name}`);
