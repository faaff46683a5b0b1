import type { WidgetTypedInputTypeDefinition } from "@node-red/editor-client";
import { prepareDevice } from "./device-row";
import { SOURCES, sourceProblem, type Field, type MayBe } from "./fields";
import { typeValidator, validator } from "./validate";
import { wordsOf } from "./words";

interface Given {
  value: string;
  type: string;
}

/** A node as the editor keeps it: its properties, and what the editor adds. */
type EditorNode = Record<string, unknown>;

const isSource = (type: string): boolean => SOURCES.some((source) => source === type);
const input = (name: string): JQuery => $(`#node-input-${name}`);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The dialog of a node whose fields are typed inputs, from a declaration of these fields. */
export function dialogOf<Name extends string>(file: string, fields: Record<Name, Field>) {
  const words = wordsOf(file);
  const names = Object.keys(fields) as Name[]; // Object.keys forgets that the declaration has no other names

  /** What the field holds: in the dialog when it is open for this node, else as saved. */
  function given(node: object, name: string): Given {
    const type = input(`${name}Type`);
    if (type.data("node") === node) return { value: textOf(input(name).val()), type: textOf(type.val()) };
    const saved = node as EditorNode; // the editor keeps every property of the flow file on the node itself
    return { value: textOf(saved[name]), type: textOf(saved[`${name}Type`]) };
  }

  const mayBe =
    (node: object): MayBe =>
    (name, ...values) => {
      const { value, type } = given(node, name);
      return isSource(type) || values.some((wanted) => (typeof wanted === "string" ? wanted === value : wanted(value)));
    };

  /** The value of a field when it is given in the dialog, undefined when it comes from elsewhere. */
  function fixed(node: object, name: Name): string | undefined {
    const { value, type } = given(node, name);
    return isSource(type) ? undefined : value;
  }

  const fixedTypes = (node: object, name: Name): WidgetTypedInputTypeDefinition[] =>
    fields[name].fixed(words, name).map((type) => ({
      ...type,
      validate: typeValidator((value) => fields[name].problem(value, type.value, mayBe(node))),
    }));

  function showUsedRows(node: object): void {
    for (const name of names) row(name).toggle(fields[name].used(mayBe(node)));
  }

  return {
    fixed,
    typeOf: (node: object, name: Name): string => given(node, name).type,
    mayBe,

    /** The validator of a field. */
    check: (name: Name) =>
      validator(
        () => words(`label.${name}`),
        (node, value) => {
          const field = fields[name];
          if (!field.used(mayBe(node))) return undefined;
          const { type } = given(node, name);
          return isSource(type) ? sourceProblem(value, type) : field.problem(value, type, mayBe(node));
        },
      ),

    /** Prepares the row of the device and the typed inputs; `changed` is called at once and after each change of one of these. */
    prepare(node: object, changed: () => void = () => undefined): void {
      prepareDevice(node);
      const update = (): void => {
        showUsedRows(node);
        changed();
      };
      for (const name of names) {
        input(`${name}Type`).data("node", node);
        dropTooltip(input(name));
        input(name).typedInput({
          types: [...fixedTypes(node, name), ...SOURCES],
          typeField: `#node-input-${name}Type`,
        });
        fields[name].prepare?.(input(name));
      }
      for (const name of names) input(name).on("change", update);
      update();
    },
  };
}

/** Of what is wrong from the start Node-RED tells the reason at the input, which the typed input hides: it is to be told there instead. */
function dropTooltip(field: JQuery): void {
  const tooltip = field.data("tooltip") as { delete(): void } | undefined; // set by the editor, and known to it only
  tooltip?.delete();
  field.removeData("tooltip");
}

const rowAlone = (name: string): JQuery => input(name).closest(".form-row");

/** The hint below a field. */
export const hint = (name: string): JQuery => rowAlone(name).next(".pikvm-hint");

/** The row of the form that a field is in, with the hint below it. */
export const row = (name: string): JQuery => rowAlone(name).add(hint(name));
