import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { manualClock } from "../../src/simulator";
import type { JsonObject } from "../../src/simulator/api/python";
import { device, type Event, listen, until } from "./device";
import { type Line, session } from "../recordings/sessions";

/** The type of each event, and for `info` which part. */
function kinds(events: readonly Event[]): string[] {
  return events.map(({ event_type: type, event }) => (type === "info" ? `info.${Object.keys(event).join()}` : type));
}

function received(lines: readonly Line[]): Event[] {
  return lines.flatMap(({ dir, text }) => (dir === "<" && text !== undefined ? [text] : []));
}

test("begins with the recorded burst, in its order and with its shapes", async (t) => {
  const recorded = received(session("connect-stream0").filter(({ ms }) => ms < 1000));
  const simulator = await device(t);
  const { events } = await listen(t, simulator);
  assert.deepEqual(kinds(events), kinds(recorded));
  for (const [index, { event_type: type, event }] of recorded.entries())
    assert.deepEqual(Object.keys(events[index]?.event ?? {}), Object.keys(event), type);
});

test("the keys of the full states come in the recorded order, down to the leaves", async (t) => {
  const recorded = received(session("connect-stream0"));
  const simulator = await device(t);
  const { events } = await listen(t, simulator);
  for (const type of ["atx", "hid", "ocr", "streamer", "hid_keymaps", "loop", "clients"]) {
    const find = (list: readonly Event[]): JsonObject | undefined =>
      list.find((event) => event.event_type === type)?.event;
    assert.equal(layout(find(events)), layout(find(recorded)), type);
  }
});

/** Keys and types, without the values. */
function layout(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "object" ? inner : typeof inner));
}

test("every connect sends all full states to everybody and counts the viewers", async (t) => {
  const simulator = await device(t);
  const first = await listen(t, simulator);
  const before = first.events.length;
  const second = await listen(t, simulator, "");
  await until(() => first.events.length === before + second.events.length - 1);
  assert.deepEqual(first.events.slice(before), second.events.slice(1));
  assert.deepEqual(second.events[1], { event_type: "clients", event: { count: 1 } });
  assert.equal(simulator.sessions, 2);
  second.socket.close();
  await until(() => simulator.sessions === 1);
  assert.equal(simulator.sessionsOpened, 2);
  await until(() => first.events.at(-1)?.event_type === "clients");
  assert.deepEqual(first.events.at(-1)?.event, { count: 0 });
});

test("answers pings of all three kinds", async (t) => {
  const simulator = await device(t);
  const { socket, events, binary } = await listen(t, simulator);
  socket.send(JSON.stringify({ event_type: "ping", event: {} }));
  await until(() => events.at(-1)?.event_type === "pong");
  socket.send(Buffer.from("00616263", "hex"));
  await until(() => binary[0] === "ff");
  socket.ping("xyz");
  const [data] = (await once(socket, "pong")) as [Buffer]; // ws' event
  assert.equal(data.toString(), "xyz");
});

test("drops garbage without a word, and ends the session on an empty binary message", async (t) => {
  const simulator = await device(t);
  const { socket, events, closed } = await listen(t, simulator);
  const before = events.length;
  const texts = ["not json", "[]", '{"event_type": 1, "event": {}}', '{"event_type": "ping"}', '{"event_type": "ping", "event": null}', '{"event_type": "nope", "event": {}}', '{"event_type": "key", "event": {"key": "Nope", "state": true}}', '{"event_type": "key", "event": {}}', '{"event_type": "mouse_move", "event": {"to": {"x": 1.5, "y": 0}}}']; // prettier-ignore
  for (const text of texts) socket.send(text);
  for (const hex of ["c87a7a7a", "01", "0300", "0400ff", "02"]) socket.send(Buffer.from(hex, "hex"));
  socket.send(JSON.stringify({ event_type: "ping", event: {} }));
  await until(() => events.length > before);
  assert.deepEqual(kinds(events.slice(before)), ["pong"]);
  assert.deepEqual(simulator.host.keyEvents, []);
  socket.send(Buffer.alloc(0));
  assert.equal(await closed, 1000);
});

test("an unknown raw code closes with 1000, a message over 4 MiB with 1009", async (t) => {
  const simulator = await device(t);
  const unknown = await listen(t, simulator);
  unknown.socket.send(Buffer.from("0181ffff", "hex"));
  assert.equal(await unknown.closed, 1000);
  const large = await listen(t, simulator);
  large.socket.send("x".repeat(5 * 1024 * 1024));
  assert.equal(await large.closed, 1009);
});

test("pings a quiet client after 15 s and cuts one that does not answer 7.5 s later", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { socket, closed } = await listen(t, simulator);
  const pinged = once(socket, "ping");
  await clock.advance(15_000);
  await pinged;
  await until(() => simulator.sessions === 1);
  socket.pause();
  await clock.advance(60_000);
  assert.equal(simulator.sessions, 0);
  socket.resume();
  assert.equal(await closed, 1006);
});

test("uptime comes every five seconds", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { events } = await listen(t, simulator);
  await clock.advance(10_000);
  await until(() => kinds(events).filter((kind) => kind === "info.uptime").length === 3);
});

test("health comes with every uptime, and a new session begins the five seconds anew for all", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { events } = await listen(t, simulator);
  const count = (): number[] =>
    ["info.uptime", "info.health"].map((wanted) => kinds(events).filter((kind) => kind === wanted).length);
  await until(() => count().join() === "1,1");
  await clock.advance(4000);
  await listen(t, simulator);
  await until(() => count().join() === "2,2");
  await clock.advance(4999);
  assert.deepEqual(count(), [2, 2]);
  for (const times of [3, 4]) {
    await clock.advance(times === 3 ? 1 : 5000);
    await until(() => count().join() === `${times},${times}`);
  }
  const [last, before] = events.filter(({ event }) => "health" in event).reverse();
  assert.notDeepEqual(last, before);
});
