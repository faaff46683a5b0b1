// The rows that every dialog is made of, written in nodes/<name>.html as one tag each and expanded by the build:
//
//   <pikvm-device></pikvm-device>                                      the device, and the box that lets messages choose another
//   <pikvm-field name="hold" icon="clock-o" unit="seconds" hint></pikvm-field>   a typed input with label.hold and hint.hold
//   <pikvm-value name="rate" icon="film" unit="fps" hint></pikvm-value>   the same with a plain input: of a source, which has no messages
//   <pikvm-select name="mode" icon="eye" values="one two"></pikvm-select>   one of these values, with the words mode.one and mode.two
//   <pikvm-check name="progress"></pikvm-check>                        a box with label.progress
//   <pikvm-name></pikvm-name>                                          the name of the node

const COMMON = "node-red-contrib-pikvm/device:common";

const label = (name, icon, words) =>
  `<label for="node-input-${name}"><i class="fa fa-${icon}"></i> <span data-i18n="${words}"></span></label>`;

const row = (...lines) => ['<div class="form-row">', ...lines.map((line) => `  ${line}`), "</div>"];

const unitOf = (unit) =>
  unit === undefined ? [] : [`<span class="pikvm-unit" data-i18n="${COMMON}.unit.${unit}"></span>`];
const hintOf = (name, hint) =>
  hint === undefined ? [] : [`<div class="pikvm-hint" data-i18n="[html]hint.${name}"></div>`];

const ROWS = {
  device: ({ only }) => [
    ...row(
      label("device", "desktop", `${COMMON}.label.device`),
      '<input type="text" id="node-input-device" style="width: 100%" />',
    ),
    // A source of messages has no message to choose by.
    ...(only === undefined ? ROWS.check({ name: "deviceFromMsg", words: `${COMMON}.label.deviceFromMsg` }) : []),
  ],

  field: ({ name, icon, unit, hint }) => [
    ...row(
      label(name, icon, `label.${name}`),
      `<input type="text" id="node-input-${name}" style="width: 100%" />`,
      `<input type="hidden" id="node-input-${name}Type" />`,
      ...unitOf(unit),
    ),
    ...hintOf(name, hint),
  ],

  value: ({ name, icon, unit, hint }) => [
    ...row(label(name, icon, `label.${name}`), `<input type="text" id="node-input-${name}" />`, ...unitOf(unit)),
    ...hintOf(name, hint),
  ],

  select: ({ name, icon, values }) =>
    row(
      label(name, icon, `label.${name}`),
      `<select id="node-input-${name}">`,
      ...values.split(" ").map((value) => `  <option value="${value}" data-i18n="${name}.${value}"></option>`),
      "</select>",
    ),

  check: ({ name, words = `label.${name}` }) => [
    '<div class="form-row pikvm-check">',
    `  <input type="checkbox" id="node-input-${name}" />`,
    `  <label for="node-input-${name}" data-i18n="[html]${words}"></label>`,
    "</div>",
  ],

  name: () =>
    row(
      label("name", "tag", `${COMMON}.label.name`),
      `<input type="text" id="node-input-name" data-i18n="[placeholder]${COMMON}.label.name" />`,
    ),
};

const TAG = /^( *)<pikvm-([a-z]+)((?: [a-z]+(?:="[^"]*")?)*)><\/pikvm-\2>$/gm;

/** Replaces each line that is a tag by what `parts` makes of its attributes. */
function expanded(html, parts, where) {
  return html.replace(TAG, (_tag, indent, kind, attributes) => {
    const part = parts[kind];
    if (part === undefined) throw new Error(`${where}: there is no <pikvm-${kind}>`);
    const given = [...attributes.matchAll(/([a-z]+)(?:="([^"]*)")?/g)].map(([, name, value = ""]) => [name, value]);
    return part(Object.fromEntries(given))
      .map((line) => indent + line)
      .join("\n");
  });
}

/** A dialog with its rows. */
export const withRows = (dialog, where) => expanded(dialog, ROWS, where);

/** A node's help with the parts that all help texts of its language share: the templates of parts.html, named by their id. */
export function withParts(help, parts, where) {
  const templates = [...parts.matchAll(/<template id="([a-z]+)">\n([^]*?)\n<\/template>/g)];
  const lines = templates.map(([, id, text]) => [id, () => text.split("\n")]);
  return expanded(help, Object.fromEntries(lines), where);
}
