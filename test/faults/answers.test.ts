import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before } from "node:test";
import { constantFrom, oneof, record, type Arbitrary } from "fast-check";
import { PiKVM, PiKVMError } from "../../src/client";
import { replaying, replayOf } from "../client/replay";
import { allRecorded, type Recorded } from "../recordings/answers";
import { changedJson, editedBytes, text } from "./hostile";
import { faults } from "./suite";
import { tried } from "./tried";

// Every recorded answer of a device, damaged, through the client's method for its call: info, metrics, log, states,
// lists, uploads, Redfish. The client answers, or fails by a name of its own.

let recorded: Recorded | undefined;
const server = createServer((request, response) => {
  if (recorded) replaying(recorded, (_, other) => void other.end('{"ok": true, "result": {}}'))(request, response);
});
let kvm: PiKVM;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  kvm = await new PiKVM({ address: `http://127.0.0.1:${port}`, user: "admin", password: "admin", timeout: 5 }).open();
});
after(async () => {
  await kvm.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A refused login would end all that comes after it; a WebSocket is no answer. */
const ANSWERS = allRecorded().filter(
  (one) => one.status === 200 && !one.isPartial && replayOf(one) !== undefined && !/\/(ws|auth\/log)/.test(one.path),
);
const HEADERS = ["Content-Type", "Content-Disposition", "X-UStreamer-Width", "Location", "Date"];

const CASES: Arbitrary<Recorded> = oneof(
  ...ANSWERS.map((one) => {
    const bytes = oneof({ weight: 2, arbitrary: editedBytes([one.body]) }, ...(one.json === undefined ? [] : [{ weight: 3, arbitrary: changedJson([one.json]).map((json) => Buffer.from(JSON.stringify(json))) }])); // prettier-ignore
    const value = text.map((words) => words.replace(/[^ -~]/g, "").slice(0, 1000));
    const header = oneof(constantFrom(undefined), record({ name: constantFrom(...HEADERS), value }));
    return record({ body: bytes, header }).map(({ body, header }): Recorded => {
      const others = one.headers.filter(([name]) => name.toLowerCase() !== header?.name.toLowerCase());
      return { ...one, body, headers: header ? [...others, [header.name, header.value]] : one.headers };
    });
  }),
);

faults("answers: of a device, that were damaged", { short: 250, long: 100_000 }, async (random, cases) => {
  let [read, refused] = [0, 0];
  const wrong = await tried(random, cases, CASES, async (answer) => {
    recorded = answer;
    try {
      await replayOf(answer)?.run(kvm, answer);
      read += 1;
    } catch (error) {
      if (!(error instanceof PiKVMError) || error.name === "PiKVMError") throw error;
      refused += 1;
    }
  });
  return { wrong, figures: { read, refused } };
});
