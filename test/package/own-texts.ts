import * as ts from "typescript";

// Texts for people that stand in code instead of a catalogue: a heuristic. What is taken for one has several words, or
// is a word with a capital.

const SEVERAL_WORDS = /\p{L}{2,}[,.!?:]? +\p{L}{2,}/u;
/** Of a node in a flow: what kind it is, before a value. */
const LABEL = /^[a-z-]+: /;
const ONE_WORD = /^\p{Lu}\p{Ll}{2,}[.!?…]?$/u;

/** Classes of elements: `fa fa-list`, `pikvm-step pikvm-warning`. */
const CLASSES = /^(?:fa|[a-z\d]+(?:-[a-z\d]+)+)(?: (?:fa|[a-z\d]+(?:-[a-z\d]+)+))*$/;
/** Of keys, as a browser tells them, of scripts (ISO 15924), and the end of the name of a typed input. */
const OF_STANDARDS = new Set([
  ...["Alt", "Backspace", "Control", "Delete", "End", "Enter", "Escape", "Home", "Meta", "Shift", "Space", "Tab"],
  ...["Arab", "Cyrl", "Hans", "Hant", "Latn", "Type"],
]);

/** Of jQuery and the DOM: what they are given is for the browser, not for people. */
const FOR_THE_BROWSER = new Set([
  ...["$", "find", "closest", "is", "not", "filter", "children", "next", "prev", "parents", "siblings"],
  ...["on", "off", "one", "trigger", "css", "data", "prop", "removeAttr"],
  ...["addClass", "removeClass", "toggleClass", "hasClass"],
  ...["addEventListener", "querySelector", "querySelectorAll", "split"],
]);

/** Properties that hold names for the browser or for Node-RED. */
const NAMES = new Set(["class", "className", "icon", "id", "type", "style", "suggest"]);

/** Attributes of HTML that people see or hear. */
const SEEN = /\s(?:title|placeholder|alt|aria-label|value)="([^"]*\p{L}[^"]*)"/gu;

/** The texts between the tags of HTML, and in attributes that are seen. */
export function textsInHtml(html: string): string[] {
  const bare = html.replaceAll(/<!--.*?-->|<(style|script)\b.*?<\/\1>/gs, "");
  // The value of an option or of a box is not seen.
  const tags = (bare.match(/<[^>]*>/g) ?? []).filter((tag) => !/^<option|type="(?:checkbox|radio|hidden)"/.test(tag));
  const attributes = tags.flatMap((tag) => [...tag.matchAll(SEEN)].map(([, text = ""]) => text));
  const between = bare.split(/<[^>]*>/).map((text) => text.replaceAll(/&#?\w+;/g, "").trim());
  return [...between.filter((text) => /\p{L}/u.test(text)), ...attributes];
}

/** The texts in TypeScript that look as if they were for people. */
export function textsInCode(code: string, file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || isTechnical(node)) return;
    if (ts.isStringLiteralLike(node)) found.push(...textsIn(node.text));
    if (ts.isTemplateExpression(node))
      found.push(...textsIn([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("0")));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true));
  return found;
}

function textsIn(text: string): string[] {
  if (text.includes("<")) return textsInHtml(text);
  if (CLASSES.test(text) || OF_STANDARDS.has(text)) return [];
  return SEVERAL_WORDS.test(text) || LABEL.test(text) || ONE_WORD.test(text) ? [text] : [];
}

/** What is thrown is for developers; what is compared is a name; what the browser is given too. */
function isTechnical(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText().endsWith("Error");
  const { parent } = node as { parent: ts.Node | undefined }; // a source file has none
  if (parent === undefined || !(ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))) return false;
  const isHtml = node.getText().includes("<");
  if (ts.isCallExpression(parent)) return !isHtml && FOR_THE_BROWSER.has(nameOf(parent.expression));
  if (ts.isPropertyAssignment(parent)) return parent.name === node || NAMES.has(parent.name.getText());
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text === "split";
  if (ts.isCaseClause(parent) || ts.isElementAccessExpression(parent)) return true;
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.getText().includes("==");
  return false;
}

const nameOf = (called: ts.Expression): string =>
  ts.isPropertyAccessExpression(called) ? called.name.text : called.getText();
