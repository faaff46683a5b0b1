// The script of a node in the editor. The catalogue of Node-RED reads it with a parser, without running it: so the
// build writes the literals of the schema into `RED.nodes.registerType`.

const COLOR = "#7AB8AA";

/**
 * @param editor the expression for what the node's editor.ts has made.
 * @param tools the functions of src/schema, as they are built.
 */
export function registrationOf(schema, editor, { freshOf, hasInput, secretsOf, typeOf }) {
  const isConfig = schema.role === "device";
  const secrets = secretsOf(schema);
  // A secret text is typed as it is, whatever stands in it.
  const secretCheck = (name) => (isConfig ? `, validate: editor.check(${JSON.stringify(name)})` : "");
  return `(() => {
const editor = ${editor};

RED.nodes.registerType(${JSON.stringify(typeOf(schema))}, {
${isConfig ? '  category: "config",\n  paletteLabel: "PiKVM",' : shown(schema, hasInput(schema))}
  defaults: {
${Object.entries(freshOf(schema))
  .map(([name, value]) => `    ${name}: { ${property(schema, name, value)} },`)
  .join("\n")}
  },
${secrets.length > 0 ? `  credentials: { ${secrets.map((name) => `${name}: { type: "password"${secretCheck(name)} }`).join(", ")} },\n` : ""}\
  label: editor.label,
  labelStyle: editor.labelStyle,
  oneditprepare: editor.oneditprepare,
  oneditsave: editor.oneditsave,
});
})();
`;
}

/** What the palette and the flow show. An ordinary hyphen in a label of the palette would get spaces around it. */
const shown = ({ name }, hasInput) => `\
  category: "PiKVM",
  color: "${COLOR}",
  icon: "${name}.svg",
  inputs: ${hasInput ? 1 : 0},
  outputs: 2,
  paletteLabel: "${name.replaceAll("-", "\\u2011")}",
  outputLabels: editor.outputLabels,`;

function property(schema, name, value) {
  const parts = [`value: ${JSON.stringify(value)}`];
  const field = schema.fields[name];
  if (name === "device") parts.push('type: "pikvm-device"', "validate: editor.checkDevice");
  else if (name === "version") parts.push("validate: editor.checkVersion");
  else if (field?.kind === "configNode")
    parts.push(
      `type: "${field.type}"`,
      // Else Node-RED asks nobody whether nothing at all is right.
      ...(field.blank ? ["required: false"] : []),
      `validate: editor.check("${name}")`,
    );
  else if (field && !(schema.role !== "action" && ["flag", "checks"].includes(field.kind)))
    parts.push(`validate: editor.check("${name}")`);
  return parts.join(", ");
}
