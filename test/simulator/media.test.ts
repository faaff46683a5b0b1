import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";

import WebSocket from "ws";

import { manualClock, type Simulator } from "../../src/simulator";
import { ADMIN, device, listen, until } from "./device";

interface Media {
  readonly socket: WebSocket;
  readonly messages: (string | Buffer)[];
}

async function media(t: TestContext, { url }: Simulator, query = ""): Promise<Media> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/media/ws${query}`, { rejectUnauthorized: false, headers: ADMIN }); // prettier-ignore
  t.after(() => socket.terminate());
  const messages: (string | Buffer)[] = [];
  socket.on("message", (data: Buffer, isBinary) => messages.push(isBinary ? data : data.toString("utf8")));
  await once(socket, "open");
  return { socket, messages };
}

test("tells what it has, answers pings, and sends JPEG pictures once it is asked to", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  await listen(t, simulator, "");
  await clock.advance(1000);
  const { socket, messages } = await media(t, simulator);
  await until(() => messages.length === 1);
  assert.equal(messages[0], '{"event_type": "media", "event": {"video": {"h264": {"profile_level_id": "42E01F"}, "jpeg": {}}}}'); // prettier-ignore
  socket.send(Buffer.of(0));
  await until(() => messages.length === 2);
  assert.deepEqual(messages[1], Buffer.of(0xff));
  socket.send(JSON.stringify({ event_type: "start", event: { type: "video", format: "jpeg" } }));
  await until(() => messages.length === 3);
  assert.equal((messages[2] as Buffer).toString("hex", 0, 4), "0100ffd8");
  await until(() => {
    void clock.advance(34);
    return messages.length > 5;
  });
});

test("with ?video=jpeg there are only bare pictures, and none while nobody watches", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  const { messages } = await media(t, simulator, "?video=jpeg");
  await clock.advance(1000);
  assert.deepEqual(messages, []);
  await listen(t, simulator, "");
  await until(() => {
    void clock.advance(34);
    return messages.length > 0;
  });
  assert.deepEqual(messages.map((message) => Buffer.from(message).subarray(0, 2)).at(0), Buffer.of(0xff, 0xd8));
});

test("outlives kvmd", async (t) => {
  const simulator = await device(t);
  const { socket, messages } = await media(t, simulator);
  simulator.kill();
  await simulator.restart();
  socket.send(Buffer.of(0));
  await until(() => messages.length === 2);
});
