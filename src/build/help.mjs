import { expanded } from "./tags.mjs";

/**
 * A node's help, with what it shares with others of its language (the templates of parts.html, named by their id) and,
 * for `<pikvm-fields></pikvm-fields>`, its fields: their words from the catalogues, their ranges, choices and defaults
 * from the schema; for `<pikvm-range name="..."></pikvm-range>` the range of one of them.
 */
export function helpOf(help, { schema, parts, wordsOf }, where) {
  const templates = templatesIn(parts);
  const shared = Object.fromEntries(Object.entries(templates).map(([id, text]) => [id, () => text.split("\n")]));
  const words = wordsOf(schema.name);
  const common = (key) => wordsOf("device")(`common.${key}`);
  const fill = (id, values) => templates[id].replace(/__(\w+)__/g, (_, key) => values[key]);
  const range = ({ name }) => [fill("range", schema.fields[name])];
  // What is seldom touched comes last.
  const isExpert = ([, field]) => Number(field.expert === true);
  const entries = Object.entries(schema.fields).sort((one, other) => isExpert(one) - isExpert(other));
  const isAction = schema.role === "action";
  const fields = () =>
    entries.flatMap((entry) =>
      describe(entry, { fill, words, wordsOf, common, isBox: isAction && entry[1].kind === "flag" }),
    );
  return expanded(help, { ...shared, range, fields }, where);
}

function templatesIn(parts) {
  const templates = parts.matchAll(/<template id="([a-z]+)">\n([^]*?)\n<\/template>/g);
  return Object.fromEntries([...templates].map(([, id, text]) => [id, text]));
}

/** `<dt>` and `<dd>` of a field. */
function describe([name, field], { fill, words, wordsOf, common, isBox }) {
  const unit = field.unit === undefined ? "" : ` <span class="property-type">${common(`unit.${field.unit}`)}</span>`;
  const sentences = [
    isBox ? `${words(`check.${name}`)}.` : "",
    field.hint === true ? words(`hint.${name}`) : "",
    field.kind === "number" ? fill("range", field) : "",
    field.kind === "choice" ? choices(name, field, { words, wordsOf, fill }) : "",
    initial(field, fill),
  ];
  return [`<dt>${words(`label.${name}`)}${unit}</dt>`, `<dd>${sentences.filter((text) => text !== "").join(" ")}</dd>`];
}

/** The values that a message may bring, and what they mean. */
function choices(name, { choices, synonyms = {}, words: from }, { words, wordsOf, fill }) {
  const [file, key] = from?.split(":") ?? [];
  const meaning = (value) => (file === undefined ? words(`${name}.${value}`) : wordsOf(file)(`${key}.${value}`));
  const meanings = choices.map((value) => {
    const words = meaning(value).replace(`${value}: `, "");
    return words === value ? `<code>${value}</code>` : `<code>${value}</code> (${words})`;
  });
  const also = Object.entries(synonyms).map(([synonym, value]) => `<code>${synonym}</code> = <code>${value}</code>`);
  const all = fill("choices", { list: meanings.join(", ") });
  return also.length === 0 ? all : `${all} ${fill("synonyms", { list: also.join(", ") })}`;
}

/** What the field holds in a new node. */
function initial({ default: initial }, fill) {
  if (Array.isArray(initial)) return "";
  if (typeof initial === "object") return fill("frommsg", { property: initial.msg });
  return initial === "" ? "" : fill("initial", { value: String(initial) });
}
