// Before a build: the output of a source that is gone must not stay, or it would be published.
import { rmSync } from "node:fs";
import path from "node:path";

rmSync(path.resolve(import.meta.dirname, "../../dist"), { recursive: true, force: true });
