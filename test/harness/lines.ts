import { test } from "node:test";

/** Whether this is the second line of Node-RED; see test/runner/jobs.mjs. */
export const ON_SECOND_LINE = process.env["NODE_RED_HOME"] !== undefined;

/** A test of what cannot differ between two lines of Node-RED. On the second one there is no such test. */
export function once(title: string, run: () => void | Promise<void>): void {
  if (!ON_SECOND_LINE) void test(title, run);
}
