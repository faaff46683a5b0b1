import assert from "node:assert/strict";
import type { NodeRed } from "../harness/node-red";

/** Where a node's errors go: to its second output, or, with nothing wired to it, to a Catch node. */
export const WIRED = [["result"], ["error"]];
export const CAUGHT = [["result"], []];

/** The error that came, where it had to come, and nowhere else. */
export async function onlyError(red: NodeRed, wires: string[][]): Promise<{ name: string; code: string }> {
  const isWired = wires === WIRED;
  const msg = await red.message(isWired ? "error" : "caught");
  assert.deepEqual(red.at("result"), []);
  assert.deepEqual(red.at(isWired ? "caught" : "error"), []);
  assert.equal(red.at(isWired ? "error" : "caught").length, 1);
  return msg[isWired ? "error" : "_error"] as { name: string; code: string };
}
