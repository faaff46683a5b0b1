// The rows of a dialog, made from the node's schema. nodes/<name>/dialog.html, where a node has one, says what stands
// between them:
//
//   <pikvm-device></pikvm-device>                            the device
//   <pikvm-field name="hold"></pikvm-field>                  the row of this field
//   <pikvm-fields></pikvm-fields>                            the rows of all usual fields that dialog.html does not name
//   <pikvm-experts></pikvm-experts>                          all that is seldom touched and not named
//   <pikvm-secret name="password" icon="lock"></pikvm-secret>   something of the node's credentials; hint="yes": explained
//   <pikvm-name></pikvm-name>                                the name of the node
//
// Lines between <pikvm-more> and </pikvm-more> are folded, until somebody wants more; without these tags the experts are
// folded at the end.

import { expanded } from "./tags.mjs";

const COMMON = "node-red-contrib-pikvm/device:common";

const tags = (...names) => names.map((name) => `  <pikvm-${name}></pikvm-${name}>\n`).join("");

/** Of a node without a dialog.html. */
const USUAL = tags("device", "fields", "name");
const MORE = `  <pikvm-more>\n${tags("experts")}  </pikvm-more>\n`;

/** The form of a node, for Node-RED. @param isAsking whether the dialog offers to ask for `msg.confirm`. */
export function formOf(schema, isAsking, dialog = USUAL, where = schema.name) {
  const rows = new Rows(schema, isAsking);
  const others = Object.keys(schema.fields).filter((name) => !names(dialog, rows.prefix, name));
  const isExpert = (name) => schema.fields[name].expert === true;
  const experts = [...others.filter(isExpert).flatMap((name) => rows.field(name)), ...rows.boxes()];
  const folded = dialog.includes("<pikvm-more>") || experts.length === 0 ? dialog : dialog + MORE;
  const parts = {
    device: () => rows.device(),
    field: ({ name }) => rows.field(name),
    fields: () => others.filter((name) => !isExpert(name)).flatMap((name) => rows.field(name)),
    experts: () => experts,
    secret: ({ name, icon, hint }) => rows.secret(name, icon, hint !== undefined),
    name: () => rows.name(),
  };
  return [
    `<script type="text/html" data-template-name="pikvm-${schema.name}">`,
    '<div class="pikvm-form">',
    withFold(expanded(folded, parts, where)).trimEnd(),
    "</div>",
    "</script>",
    "",
  ].join("\n");
}

/** What is folded, so that the browser itself opens and closes it. */
const withFold = (html) =>
  html
    .replace(
      /^( *)<pikvm-more>$/m,
      `$1<details class="pikvm-more">\n$1  <summary data-i18n="${COMMON}.label.more"></summary>`,
    )
    .replace(/^( *)<\/pikvm-more>$/m, "$1</details>");

/** Whether a dialog.html has a tag, or an input, for the field. */
const names = (dialog, prefix, name) =>
  dialog.includes(`<pikvm-field name="${name}">`) || dialog.includes(`id="${prefix}${name}"`);

/** The rows of one node's dialog, each as its lines. */
class Rows {
  #schema;
  #isAsking;

  constructor(schema, isAsking) {
    this.#schema = schema;
    this.#isAsking = isAsking;
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
    return [
      ...this.#row("device", this.#label("device", "desktop", `${COMMON}.label.device`), input),
      `<div class="pikvm-hint" data-i18n="${COMMON}.hint.device"></div>`,
    ];
  }

  /** What a node has besides its fields. */
  boxes() {
    const progress = this.#schema.progress === undefined ? [] : this.check("progress", "label.progress");
    // A source of messages has no message to choose by.
    const device = this.check("deviceFromMsg", `${COMMON}.label.deviceFromMsg`);
    const confirm = this.#isAsking ? this.check("confirm", `${COMMON}.label.confirm`) : [];
    return this.#schema.role === "action" ? [...confirm, ...progress, ...device] : progress;
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

  /** A typed input; yes or no is a box as well. */
  #typed(name, { kind, icon, unit }) {
    const lines = [
      this.#label(name, icon),
      `<input type="text" id="${this.prefix}${name}" style="width: 100%" />`,
      `<input type="hidden" id="${this.prefix}${name}Type" />`,
      ...unitOf(unit),
    ];
    if (kind === "choice") return this.#choiceRow(name, ...lines);
    return kind === "flag"
      ? rowOf("form-row pikvm-flag", this.#rowId(name), [...lines, ...boxOf(name)])
      : this.#row(name, ...lines);
  }

  /** What is stored as it is. */
  #plain(name, { kind, icon, unit, choices, placeholder }) {
    const heading = this.#label(name, icon);
    const id = `id="${this.prefix}${name}"`;
    switch (kind) {
      case "choice": {
        const options = choices.map((value) => `  <option value="${value}" data-i18n="${name}.${value}"></option>`);
        return this.#choiceRow(name, heading, `<select ${id}>`, ...options, "</select>");
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

  #choiceRow(name, ...lines) {
    return rowOf("form-row pikvm-choice", this.#rowId(name), lines);
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

const boxOf = (name) => [
  '<span class="pikvm-box">',
  `  <input type="checkbox" id="pikvm-box-${name}" />`,
  `  <label for="pikvm-box-${name}" data-i18n="check.${name}"></label>`,
  "</span>",
];

const unitOf = (unit) =>
  unit === undefined ? [] : [`<span class="pikvm-unit" data-i18n="${COMMON}.unit.${unit}"></span>`];

/** Where each value has a hint of its own, the dialog writes it there. */
function hintOf(name, hint) {
  if (hint === undefined) return [];
  return [`<div class="pikvm-hint"${hint === "each" ? "" : ` data-i18n="[html]hint.${name}"`}></div>`];
}
