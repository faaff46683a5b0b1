import { after, before } from "node:test";

/** The rejections that nobody handled during the tests of a file: each would end a user's whole Node-RED. */
export function unhandledDuringTests(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  before(() => process.on("unhandledRejection", note));
  after(() => process.off("unhandledRejection", note));
  return unhandled;
}
