/**
 * Takes out of a recording what says whose device it is. docs/recording.md has the list of what it knows, and what it
 * cannot know.
 */
import { isIPv6 } from "node:net";

/** Shorter names would also be found in words that have nothing to do with them. */
const SHORTEST_NAME = 4;

const PATTERNS = [
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, "00:00:00:00:00:00"],
  [/\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d{1,3}(?:\.\d{1,3}){3}\b/g, "192.0.2.1"],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, (text) => (isIPv6(text) ? "2001:db8::1" : text)],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/gi, "user@example.org"],
  [/\b[0-9a-f]{64}\b/g, "<64 hex digits>"],
];

/**
 * @param values All that was recorded, as JSON: names are learned from all of it before anything is replaced.
 * @param own What the person who records knows to be private, such as the device's host name, by what stands there instead.
 * @returns a function that gives a copy of a value without what is private.
 */
export function redactor(values, own = {}) {
  const names = new Map(Object.entries(own).filter(([name]) => name !== ""));
  const counts = new Map();
  const learn = (name, kind, ending = "") => {
    if (typeof name !== "string" || name === "" || names.has(name)) return;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    names.set(name, `${kind}-${counts.get(kind)}${ending}`);
  };
  const learnImage = (name) => learn(name, "image", /\.\w{1,5}$/.exec(String(name))?.[0]);
  for (const value of values) {
    walk(value, (key, inner) => {
      if ((key === "host" || key === "HostName") && typeof inner === "string") names.set(inner, "pikvm");
      if (key === "serial" && typeof inner === "string") names.set(inner, "0".repeat(inner.length));
      if (key === "images") Object.keys(inner ?? {}).forEach(learnImage);
      if (key === "image" && inner !== null) learnImage(inner.name);
      if (key === "Image" || key === "ImageName") learnImage(inner);
      if (key === "parts") Object.keys(inner ?? {}).filter((part) => !/^(days|hours|minutes|seconds)$/.test(part)).forEach((part) => learn(part, "part")); // prettier-ignore
      if (key === "ports" && Array.isArray(inner)) inner.forEach((port) => learn(port?.name, "port"));
    });
  }
  // A name that contains another one goes first.
  const ordered = [...names].sort(([one], [other]) => other.length - one.length);
  const inName = (text) => names.get(text) ?? text;
  const inText = (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const named = ordered.reduce((rest, [name, instead]) => name.length < SHORTEST_NAME ? rest : rest.replace(wordOf(name), () => instead), text); // prettier-ignore
    return PATTERNS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), named);
  };
  return (value) => changed(value, "", { inName, inText });
}

/** Whether a word occurs in a value, as a word of its own. */
export function contains(value, word) {
  return word.length >= SHORTEST_NAME && wordOf(word).test(JSON.stringify(value));
}

function wordOf(name) {
  return new RegExp(`(?<!\\w)${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\w)`, "gi");
}

function walk(value, visit) {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    visit(key, inner);
    walk(inner, visit);
  }
}

function changed(value, key, replace) {
  // What somebody writes into meta.yaml, and what an EDID says of a monitor, is free in form.
  if (key === "meta" && value !== null) return { server: { host: "pikvm" } };
  if (key === "serial" && typeof value === "number") return 0;
  if (key === "monitor_serial" && typeof value === "string") return "0".repeat(value.length);
  if (key === "data" && /^[0-9A-F]{256,}$/.test(String(value))) return "0".repeat(value.length);
  if (typeof value === "string") return replace.inText(value);
  if (Array.isArray(value)) return value.map((inner) => changed(inner, "", replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [replace.inName(name), changed(inner, name, replace)]),
  );
}
