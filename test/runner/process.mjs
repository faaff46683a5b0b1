import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { ROOT } from "./files.mjs";

/** Groups of processes that run: a test file and what it has started. */
const running = new Set();
process.on("exit", () => running.forEach(endGroup));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** What waits patiently lets others compute first: a third of their share, where both want all of it. */
const PATIENT = 5;

/**
 * Runs a command to its end; whatever it has started and left ends with it.
 * @param patience seconds after which it is ended
 * @returns its exit code, null when it was ended, and all that it printed
 */
export function run({ command, args, env, isPatient = false }, patience) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);
    if (isPatient && child.pid !== undefined) setPriority(child.pid, PATIENT);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    const timer = setTimeout(() => {
      output += `\nended after ${patience} s\n`;
      endGroup(child);
    }, patience * 1000);
    child.on("error", (error) => (output += error.message));
    child.on("exit", () => endGroup(child));
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output });
    });
  });
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
