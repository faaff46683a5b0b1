// The rows of a dialog, made from the node's schema. nodes/<name>/dialog.html, where a node has one, says what stands
// between them:
//
//   <pikvm-device></pikvm-device>                            the device, and for actions whether messages may choose it
//   <pikvm-field name="hold"></pikvm-field>                  the row of this field
//   <pikvm-fields></pikvm-fields>                            the rows of all fields that dialog.html does not name
//   <pikvm-secret name="password" icon="lock"></pikvm-secret>   something of the node's credentials; hint="yes": explained
//   <pikvm-progress></pikvm-progress>                        the box for messages that tell how far the work is
//   <pikvm-name></pikvm-name>                                the name of the node

import { expanded } from "./tags.mjs";

const COMMON = "node-red-contrib-pikvm/device:common";

/** Of a node without a dialog.html. */
const USUAL = ["device", "fields", "progress", "name"].map((tag) => `  <pikvm-${tag}></pikvm-${tag}>\n`).join("");

/** The form of a node, for Node-RED. */
export function formOf(schema, dialog = USUAL, where = schema.name) {
  const rows = new Rows(schema);
  const others = Object.keys(schema.fields).filter((name) => !names(dialog, rows.prefix, name));
  const parts = {
    device: () => rows.device(),
    field: ({ name }) => rows.field(name),
    fields: () => others.flatMap((name) => rows.field(name)),
    secret: ({ name, icon, hint }) => rows.secret(name, icon, hint !== undefined),
    progress: () => (schema.progress === undefined ? [] : rows.check("progress", "label.progress")),
    name: () => rows.name(),
  };
  return [
    `<script type="text/html" data-template-name="pikvm-${schema.name}">`,
    '<div class="pikvm-form">',
    expanded(dialog, parts, where).trimEnd(),
    "</div>",
    "</script>",
    "",
  ].join("\n");
}

/** Whether a dialog.html has a tag, or an input, for the field. */
const names = (dialog, prefix, name) =>
  dialog.includes(`<pikvm-field name="${name}">`) || dialog.includes(`id="${prefix}${name}"`);

/** The rows of one node's dialog, each as its lines. */
class Rows {
  #schema;

  constructor(schema) {
    this.#schema = schema;
  }

  /** Of the ids of inputs, by which Node-RED finds them. */
  get prefix() {
    return this.#schema.role === "device" ? "node-config-input-" : "node-input-";
  }

  field(name) {
    const field = this.#schema.fields[name];
    if (field === undefined) throw new Error(`${this.#schema.name} has no field ${name}`);
    const own = this.#schema.role === "action" ? this.#typed(name, field) : this.#plain(name, field);
    const rows = [...own, ...hintOf(name, field.hint)];
    return field.secret ? [...rows, ...this.secret("secret", "lock", true)] : rows;
  }

  secret(name, icon, isExplained) {
    const input = `<input type="password" id="${this.prefix}${name}" />`;
    return [...this.#row(name, this.#label(name, icon), input), ...hintOf(name, isExplained ? true : undefined)];
  }

  device() {
    const input = `<input type="text" id="${this.prefix}device" style="width: 100%" />`;
    const row = this.#row("device", this.#label("device", "desktop", `${COMMON}.label.device`), input);
    // A source of messages has no message to choose by.
    return this.#schema.role === "action"
      ? [...row, ...this.check("deviceFromMsg", `${COMMON}.label.deviceFromMsg`)]
      : row;
  }

  name() {
    const words = `${COMMON}.label.name`;
    const input = `<input type="text" id="${this.prefix}name" data-i18n="[placeholder]${words}" />`;
    return this.#row("name", this.#label("name", "tag", words), input);
  }

  check(name, words) {
    return [
      `<div class="form-row pikvm-check" id="${this.#rowId(name)}">`,
      `  <input type="checkbox" id="${this.prefix}${name}" />`,
      `  <label for="${this.prefix}${name}" data-i18n="[html]${words}"></label>`,
      "</div>",
    ];
  }

  /** A typed input. */
  #typed(name, { icon, unit }) {
    return this.#row(
      name,
      this.#label(name, icon),
      `<input type="text" id="${this.prefix}${name}" style="width: 100%" />`,
      `<input type="hidden" id="${this.prefix}${name}Type" />`,
      ...unitOf(unit),
    );
  }

  /** What is stored as it is. */
  #plain(name, { kind, icon, unit, choices, placeholder }) {
    const heading = this.#label(name, icon);
    const id = `id="${this.prefix}${name}"`;
    switch (kind) {
      case "choice": {
        const options = choices.map((value) => `  <option value="${value}" data-i18n="${name}.${value}"></option>`);
        return this.#row(name, heading, `<select ${id}>`, ...options, "</select>");
      }
      case "flag":
        return this.check(name, `label.${name}`);
      case "checks":
        return this.#listRow(name, heading, `<div id="pikvm-${name}"></div>`);
      case "list":
        return this.#listRow(name, heading, `<ol id="pikvm-${name}"></ol>`);
      case "configNode":
        return this.#row(name, heading, `<input type="text" ${id} style="width: 100%" />`);
      default: {
        const example = placeholder ? ` data-i18n="[placeholder]placeholder.${name}"` : "";
        return this.#row(name, heading, `<input type="text" ${id}${example} />`, ...unitOf(unit));
      }
    }
  }

  #label(name, icon, words = `label.${name}`) {
    return `<label for="${this.prefix}${name}"><i class="fa fa-${icon}"></i> <span data-i18n="${words}"></span></label>`;
  }

  #row(name, ...lines) {
    return rowOf("form-row", this.#rowId(name), lines);
  }

  #listRow(name, ...lines) {
    return rowOf("form-row pikvm-list", this.#rowId(name), lines);
  }

  /** The dialog of a device may be open above that of a node. */
  #rowId(name) {
    return `${this.#schema.role === "device" ? "pikvm-config-row-" : "pikvm-row-"}${name}`;
  }
}

const rowOf = (kind, id, lines) => [`<div class="${kind}" id="${id}">`, ...lines.map((line) => `  ${line}`), "</div>"];

const unitOf = (unit) =>
  unit === undefined ? [] : [`<span class="pikvm-unit" data-i18n="${COMMON}.unit.${unit}"></span>`];

/** Where each value has a hint of its own, the dialog writes it there. */
function hintOf(name, hint) {
  if (hint === undefined) return [];
  return [`<div class="pikvm-hint"${hint === "each" ? "" : ` data-i18n="[html]hint.${name}"`}></div>`];
}
