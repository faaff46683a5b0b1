// npm start: a simulated PiKVM (or a real one, see README.md) and a Node-RED with these nodes and a demo flow.
import { setUp } from "./setup.mjs";

try {
  await setUp();
  // Only now: on a fresh clone there was nothing to import before.
  const { runDemo } = await import("../../dist/src/demo/demo.js");
  await runDemo(process.env);
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
