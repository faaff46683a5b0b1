/**
 * `npm run pictures`: makes all pictures of README.md and docs/ anew, from Node-RED's real editor and a simulated
 * device, in docs/pictures. Names among the arguments, as `npm run pictures -- stories`, make only those.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { findChromium } from "../programs.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const target = path.join(root, "docs/pictures");
const taken = await mkdtemp(path.join(tmpdir(), "pikvm-pictures-"));
try {
  const args = [path.join(root, "dist/test/pictures/take.js"), taken, ...process.argv.slice(2)];
  const env = { ...process.env, ...(await findChromium()) };
  const { status } = spawnSync(process.execPath, args, { env, stdio: "inherit" });
  if (status !== 0) throw new Error("not all pictures could be taken");
  for (const name of await readdir(taken)) await written(path.join(taken, name));
} finally {
  await rm(taken, { recursive: true });
}

/** A picture with few colours, or a film from a folder of frames: small files, which npm and GitHub show alike. */
async function written(file) {
  const film = (await stat(file)).isDirectory();
  const output = path.join(target, film ? `${path.basename(file)}.gif` : path.basename(file));
  if (film) {
    const frames = (await readdir(file)).filter((name) => name.endsWith(".png")).sort();
    const delay = JSON.parse(await readFile(path.join(file, "delays.json"), "utf8"));
    const paths = frames.map((name) => path.join(file, name));
    await sharp(paths, { join: { animated: true } })
      .gif({ delay, loop: 0, colours: 64, dither: 0, effort: 10, interFrameMaxError: 2 })
      .toFile(output);
  } else {
    await sharp(file).png({ palette: true, colours: 128, dither: 0.5, effort: 10 }).toFile(output);
  }
  console.log(path.relative(root, output), `${Math.ceil((await stat(output)).size / 1000)} kB`);
}
