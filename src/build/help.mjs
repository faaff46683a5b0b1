import { shownJson } from "./shown-json.mjs";
import { expanded } from "./tags.mjs";

/**
 * A node's help, with what it shares with others of its language (the templates of parts.html, named by their id) and
 *
 *   <pikvm-messages></pikvm-messages>          its examples.json: the messages that come and go
 *   <pikvm-fields></pikvm-fields>              its fields: words from the catalogues, ranges and choices from the schema
 *   <pikvm-range name="..."></pikvm-range>     the range of one of them
 *   <a href="docs/errors.md">                  a page of docs/, at the address that `docs` makes of it
 */
export function helpOf(help, { schema, parts, wordsOf, examples, docs }, where) {
  const templates = templatesIn(parts);
  const words = wordsOf(schema.name);
  const common = (key) => wordsOf("device")(`common.${key}`);
  const fill = (id, values) => templates[id].replace(/__(\w+)__/g, (_, key) => values[key]);
  const whole = (id) => () => fill(id, { name: schema.name }).split("\n");
  const shared = Object.fromEntries(Object.keys(templates).map((id) => [id, whole(id)]));
  const range = ({ name }) => [fill("range", schema.fields[name])];
  // What is seldom touched comes last, and is explained in the dialog and in docs/.
  const isExpert = ([, field]) => Number(field.expert === true);
  const entries = Object.entries(schema.fields).sort((one, other) => isExpert(one) - isExpert(other));
  const tools = { node: schema.name, fill, words, common, isSent: schema.role === "action" };
  const fields = () => entries.flatMap((entry) => describe(entry, tools));
  const messages = () => shownExamples(examples, schema, tools).split("\n");
  const made = expanded(help, { ...shared, range, fields, messages }, where);
  if (made.includes("<pikvm-")) throw new Error(`${where}: a tag does not stand in a line of its own`);
  return made.replaceAll(/href="docs\/([^"]+)"/g, (_, page) => `href="${docs(page)}"`);
}

function templatesIn(parts) {
  const templates = parts.matchAll(/<template id="([a-z]+)">\n([^]*?)\n<\/template>/g);
  return Object.fromEntries([...templates].map(([, id, text]) => [id, text]));
}

/** The messages of examples.json, and the fields of the dialog that they need. */
function shownExamples({ with: settings = {}, in: came, out, error }, schema, { fill, words }) {
  const list = Object.entries(settings).map(([name, [type, value]]) => {
    const shown =
      type === "choice" ? meaningOf(words, name, value) : `<code>${type === "msg" ? `msg.${value}` : value}</code>`;
    return `<i>${words(`label.${name}`)}</i>: ${shown}`;
  });
  const values = { in: shownJson(came ?? {}), out: shownJson(out), error: shownJson(error), list: list.join(", ") };
  const shown = fill(came === undefined ? "sent" : "asked", values);
  return list.length === 0 ? shown : `${fill("settings", values)}\n${shown}`;
}

/** `<dt>` and `<dd>` of a field. */
function describe([name, field], { node, fill, words, common, isSent }) {
  const unit = field.unit === undefined ? "" : ` <span class="property-type">${common(`unit.${field.unit}`)}</span>`;
  const sentences = [
    isSent && field.kind === "flag" ? fill("choices", { list: words(`check.${name}`) }) : "",
    field.hint === true && field.expert !== true ? words(`hint.${name}`) : "",
    field.kind === "number" ? fill("range", field) : "",
    field.kind === "choice" ? choices(name, field, { node, words, fill, isSent }) : "",
  ];
  return [`<dt>${words(`label.${name}`)}${unit}</dt>`, `<dd>${sentences.filter((text) => text !== "").join(" ")}</dd>`];
}

/** The values that a message may bring, and what they mean. Those of another node are explained there. */
function choices(name, { choices, synonyms = {}, words: from }, { node, words, fill, isSent }) {
  const meanings = choices.map((value) => {
    if (!isSent) return meaningOf(words, name, value);
    const others = Object.keys(synonyms).filter((synonym) => synonyms[synonym] === value);
    const names = [value, ...others].map((text) => `<code>${text}</code>`).join(" ");
    const isElsewhere = from !== undefined && !from.startsWith(`${node}:`);
    const meaning = isElsewhere ? value : meaningOf(words, name, value);
    return meaning === value ? names : `${names} ${meaning}`;
  });
  return fill("choices", { list: meanings.join("; ") });
}

/** What a choice is called in the dialog, there sometimes behind its value. */
const meaningOf = (words, name, value) => words(`${name}.${value}`).replace(`${value}: `, "");
