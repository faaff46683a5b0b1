// The rows of a dialog, made from the node's schema. nodes/<name>/dialog.html, where a node has one, says what stands
// between them:
//
//   <pikvm-device></pikvm-device>             the device, and for actions the box that lets messages choose another
//   <pikvm-field name="hold"></pikvm-field>   the row of this field
//   <pikvm-fields></pikvm-fields>             the rows of all fields that have no tag of their own
//   <pikvm-progress></pikvm-progress>         the box for messages that tell how far the work is
//   <pikvm-name></pikvm-name>                 the name of the node

import { expanded } from "./tags.mjs";

const COMMON = "node-red-contrib-pikvm/device:common";

/** Of a node without a dialog.html. */
const USUAL = ["device", "fields", "progress", "name"].map((tag) => `  <pikvm-${tag}></pikvm-${tag}>\n`).join("");

/** The form of a node, for Node-RED. */
export function formOf(schema, dialog = USUAL, where = schema.name) {
  const own = new Set([...dialog.matchAll(/<pikvm-field name="(\w+)">/g)].map(([, name]) => name));
  const others = Object.keys(schema.fields).filter((name) => !own.has(name));
  const rows = {
    device: () => deviceRow(schema),
    field: ({ name }) => fieldRow(schema, name),
    fields: () => others.flatMap((name) => fieldRow(schema, name)),
    progress: () => (schema.progress === undefined ? [] : checkRow("progress", "label.progress")),
    name: nameRow,
  };
  return [
    `<script type="text/html" data-template-name="pikvm-${schema.name}">`,
    '<div class="pikvm-form">',
    expanded(dialog, rows, where).trimEnd(),
    "</div>",
    "</script>",
    "",
  ].join("\n");
}

function fieldRow({ role, fields }, name) {
  const field = fields[name];
  if (field === undefined) throw new Error(`there is no field ${name}`);
  const rows = [...(role === "action" ? typedRow(name, field) : plainRow(name, field)), ...hintRow(name, field)];
  return field.secret ? [...rows, ...secretRow()] : rows;
}

/** Below a text that may be kept in the node's credentials. */
const secretRow = () => [
  ...row("secret", label("secret", "lock", "label.secret"), '<input type="password" id="node-input-secret" />'),
  ...hintRow("secret", { hint: true }),
];

/** A typed input. */
const typedRow = (name, { icon, unit }) =>
  row(
    name,
    label(name, icon, `label.${name}`),
    `<input type="text" id="node-input-${name}" style="width: 100%" />`,
    `<input type="hidden" id="node-input-${name}Type" />`,
    ...unitOf(unit),
  );

/** What is stored as it is. */
function plainRow(name, { kind, icon, unit, choices }) {
  const heading = label(name, icon, `label.${name}`);
  switch (kind) {
    case "choice": {
      const options = choices.map((value) => `  <option value="${value}" data-i18n="${name}.${value}"></option>`);
      return row(name, heading, `<select id="node-input-${name}">`, ...options, "</select>");
    }
    case "flag":
      return checkRow(name, `label.${name}`);
    case "checks":
      return listRow(name, heading, `<div id="pikvm-${name}"></div>`);
    case "list":
      return listRow(name, heading, `<ol id="pikvm-${name}"></ol>`);
    default:
      return row(name, heading, `<input type="text" id="node-input-${name}" />`, ...unitOf(unit));
  }
}

const deviceRow = ({ role }) => [
  ...row(
    "device",
    label("device", "desktop", `${COMMON}.label.device`),
    '<input type="text" id="node-input-device" style="width: 100%" />',
  ),
  // A source of messages has no message to choose by.
  ...(role === "action" ? checkRow("deviceFromMsg", `${COMMON}.label.deviceFromMsg`) : []),
];

const nameRow = () =>
  row(
    "name",
    label("name", "tag", `${COMMON}.label.name`),
    `<input type="text" id="node-input-name" data-i18n="[placeholder]${COMMON}.label.name" />`,
  );

const checkRow = (name, words) => [
  `<div class="form-row pikvm-check" id="pikvm-row-${name}">`,
  `  <input type="checkbox" id="node-input-${name}" />`,
  `  <label for="node-input-${name}" data-i18n="[html]${words}"></label>`,
  "</div>",
];

const label = (name, icon, words) =>
  `<label for="node-input-${name}"><i class="fa fa-${icon}"></i> <span data-i18n="${words}"></span></label>`;

const row = (name, ...lines) => rowOf("form-row", name, lines);
const listRow = (name, ...lines) => rowOf("form-row pikvm-list", name, lines);
const rowOf = (kind, name, lines) => [
  `<div class="${kind}" id="pikvm-row-${name}">`,
  ...lines.map((line) => `  ${line}`),
  "</div>",
];

const unitOf = (unit) =>
  unit === undefined ? [] : [`<span class="pikvm-unit" data-i18n="${COMMON}.unit.${unit}"></span>`];

/** Where each value has a hint of its own, the dialog writes it there. */
function hintRow(name, { hint }) {
  if (hint === undefined) return [];
  return ['<div class="pikvm-hint"' + (hint === "each" ? "" : ` data-i18n="[html]hint.${name}"`) + "></div>"];
}
