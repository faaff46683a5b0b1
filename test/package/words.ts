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

/** nodes/locales/<lang>/<name>.json */
export function readWords(lang: string, name: string): Map<string, string> {
  const file = path.join(CHECKOUT, "nodes/locales", lang, `${name}.json`);
  return flat(JSON.parse(readFileSync(file, "utf8")) as object); // a catalogue is an object
}
