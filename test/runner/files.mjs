import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");
const BUILT = path.join(ROOT, "dist/test");
const ENDING = ".test.js";

/** Where the compiled file is. */
export const compiled = (file) => path.join(BUILT, `${file}${ENDING}`);

/** All test files that were compiled, each by folder and name: `client/lane`. */
export function allFiles() {
  const folders = readdirSync(BUILT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name: folder }) =>
    readdirSync(path.join(BUILT, folder))
      .filter((file) => file.endsWith(ENDING))
      .map((file) => `${folder}/${file.slice(0, -ENDING.length)}`),
  );
}

/** @param words folders of test/, parts of names, or paths. @throws Error when nothing is called so */
export function filesOf(words) {
  const files = allFiles();
  return [...new Set(words.flatMap((word) => filesCalled(word, files)))];
}

function filesCalled(word, files) {
  // `./test/client/lane.test.ts` and `client/lane` are the same.
  const wanted = word.split(path.sep).join("/").replace(/^(.*\/)?test\//, "").replace(/\/$|\.test\.[jt]s$/, ""); // prettier-ignore
  const inFolder = files.filter((file) => file.startsWith(`${wanted}/`));
  if (inFolder.length > 0) return inFolder;
  if (files.includes(wanted)) return [wanted];
  const named = files.filter((file) => path.basename(file).includes(wanted));
  if (named.length > 0) return named;
  throw new Error(`Nothing in test/ is called "${word}": no folder, no file, no part of a file's name.`);
}

/** Those of the files in which a test's name stands as it is; all of them when its name is put together from parts. */
export function filesWithTest(name, files) {
  const found = files.filter((file) => readFileSync(compiled(file), "utf8").includes(name));
  return found.length > 0 ? found : files;
}
