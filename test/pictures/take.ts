import { mkdir } from "node:fs/promises";
import path from "node:path";
import { filmDemo } from "./demo";
import { takeEntities } from "./entities";
import { takeFirstFlow } from "./first-flow";
import { takeStories } from "./stories";

// Takes the pictures, unshrunken, into the folder that is named; those alone that are named behind it, if any are.

const TAKES = { demo: filmDemo, "first-flow": takeFirstFlow, stories: takeStories, entities: takeEntities };

async function take(folder: string, wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !Object.keys(TAKES).includes(name));
  if (unknown.length > 0) throw new Error(`no ${unknown.join(", ")}; there are ${Object.keys(TAKES).join(", ")}`);
  await mkdir(folder, { recursive: true });
  for (const [name, takeIt] of Object.entries(TAKES)) {
    if (wanted.length === 0 || wanted.includes(name)) await takeIt((picture) => path.join(folder, picture));
  }
}

const [, , folder = "", ...wanted] = process.argv;
void take(folder, wanted).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
