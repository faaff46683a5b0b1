// `npm run sbom`: prints what is installed with this package, as CycloneDX by npm. npm leaves out what the development
// tools need as well, although it is installed: so it is asked about a package that has none.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));

const manifest = { ...read("package.json"), devDependencies: {} };
const lock = read("package-lock.json");
const installed = Object.entries(lock.packages).filter(([, { dev, devOptional }]) => !dev && !devOptional);
const packages = Object.fromEntries(installed.map(([place, entry]) => [place, { ...entry, devDependencies: {} }]));

const folder = mkdtempSync(path.join(tmpdir(), "pikvm-sbom-"));
try {
  // npm calls the package as its folder is called.
  const place = path.join(folder, manifest.name);
  mkdirSync(place);
  writeFileSync(path.join(place, "package.json"), JSON.stringify(manifest));
  writeFileSync(path.join(place, "package-lock.json"), JSON.stringify({ ...lock, packages }));
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "peer"];
  process.stdout.write(execFileSync("npm", args, { cwd: place }));
} finally {
  rmSync(folder, { recursive: true });
}
