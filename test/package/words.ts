import { readFileSync } from "node:fs";
import path from "node:path";
import { CHECKOUT } from "../harness/node-red";

/** A catalogue as dotted keys: `hint.address` => "Name or IP address ...". */
export function flat(catalogue: object, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(catalogue).flatMap(([key, words]: [string, unknown]) =>
      typeof words === "object" && words !== null
        ? [...flat(words, `${prefix}${key}.`)]
        : [[prefix + key, String(words)] as const],
    ),
  );
}

const catalogues = new Map<string, ReadonlyMap<string, string>>();

/** nodes/locales/<lang>/<name>.json, read once. */
export function readWords(lang: string, name: string): ReadonlyMap<string, string> {
  const file = path.join(CHECKOUT, "nodes/locales", lang, `${name}.json`);
  const words = catalogues.get(file) ?? flat(JSON.parse(readFileSync(file, "utf8")) as object); // as it is an object
  catalogues.set(file, words);
  return words;
}
