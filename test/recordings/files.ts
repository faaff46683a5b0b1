/** Where the recordings lie. Everything that reads one comes through here; README.md says what is in them. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const FOLDER = resolve(__dirname, "../../../test/recordings");

/** The folders of recordings, one per device and version. */
export function deviceFolders(): string[] {
  const entries = readdirSync(FOLDER, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** Paths, as `textOf` and `jsonOf` take them; none where there is no such folder. */
export function filesIn(folder: string, suffix: string): string[] {
  const entries = existingEntries(join(FOLDER, folder));
  return entries.filter((name) => name.endsWith(suffix)).sort().map((name) => `${folder}/${name}`); // prettier-ignore
}

export function textOf(path: string): string {
  return readFileSync(join(FOLDER, path), "utf8");
}

export function jsonOf(path: string): unknown {
  return JSON.parse(textOf(path));
}

function existingEntries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
