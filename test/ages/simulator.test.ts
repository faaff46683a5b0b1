import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../harness/until";
import { ADMIN, call } from "../simulator/device";
import WebSocket from "ws";
import { AGES, deviceOf } from "./device";
import { isSince, STATES } from "./states";

interface Message {
  event_type: string;
  event: Record<string, unknown>;
}

/** What a session is sent first. The computer has its drive, and the video runs. */
async function sessionOf(age: string): Promise<Message[]> {
  const sim = await deviceOf(age, { power: true });
  try {
    const mount = isSince(age, "2.9") ? "set_connected?connected=1" : "connect";
    for (const path of ["/api/msd/set_params?image=a.iso", `/api/msd/${mount}`])
      assert.equal((await call(sim.url, "POST", path)).status, 200, path);
    const socket = new WebSocket(`${sim.url.replace("http", "ws")}/api/ws?stream=0`, { headers: ADMIN });
    const messages: Message[] = [];
    socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message)); // the device's format
    const isThere = (event: Written): boolean => messages.some((message) => isThe(message, event));
    await until(() => writtenOf(age).every(isThere), { what: "all states" }).catch(() => undefined);
    socket.terminate();
    return messages;
  } finally {
    await sim.close();
  }
}

type Written = (typeof STATES)[string][number];

/** The wake-up on LAN of old ones is not simulated. */
const writtenOf = (age: string): Written[] => (STATES[age] ?? []).filter(([type]) => type !== "wol_state");

/** Of `info` each part is a message of its own. */
const isThe = (message: Message, [type, event]: Written): boolean =>
  message.event_type === type && (type !== "info" || Object.keys(event).every((key) => key in message.event));

/** The names of all fields, of maps by a person's names those of the first entry. */
function shapeOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [path];
  if (/\.(images|inputs|outputs|parts)$/.test(path)) {
    const [entry] = Object.entries(value).filter(([name]) => !name.startsWith("__"));
    return entry ? shapeOf(entry[1], `${path}.*`) : [`${path}.*`];
  }
  const shapes = Object.entries(value).flatMap(([key, part]) => shapeOf(part, `${path}.${key}`));
  return shapes.length === 0 ? [path] : shapes;
}

/** What the simulator does not have as the device has it: another streamer, and its own hardware. */
const isCompared = (field: string): boolean =>
  !/^\.(streamer|keymaps)\b|\.available\.|\.view\.header\.title/.test(field);

describe("the simulator as each age", () => {
  for (const age of AGES)
    test(`${age} sends what kvmd's source of that age says`, async () => {
      const sent = await sessionOf(age);
      const written = writtenOf(age);
      for (const [type, event] of written) {
        const found = sent.find((message) => isThe(message, [type, event]));
        assert.ok(found, `${type} is not sent, but ${sent.map((message) => message.event_type).join(", ")}`);
        if (/^(info|switch)/.test(type)) continue;
        const [actual, expected] = [found.event, event].map((state) => shapeOf(state).filter(isCompared).sort());
        assert.deepEqual(actual, expected, type);
      }
      const types = new Set(written.map(([type]) => type));
      const more = sent.map(({ event_type: type }) => type).filter((type) => !types.has(type));
      assert.deepEqual(more, [], "nothing else is sent");
    });

  const calls: [method: string, path: string, age: string, status: number][] = [
    ["POST", "/api/msd/connect", "2.45", 404],
    ["POST", "/api/msd/disconnect", "1.100", 400],
    ["POST", "/api/msd/set_connected?connected=0", "1.100", 404],
    ["POST", "/api/msd/set_connected?connected=0", "2.45", 400],
    ["GET", "/api/msd/read?image=a.iso", "3.84", 404],
    ["GET", "/api/msd/read?image=a.iso", "3.212", 200],
    ["POST", "/api/msd/write_remote?url=http://127.0.0.1:1/a", "2.45", 404],
    ["GET", "/api/streamer/ocr", "2.45", 404],
    ["GET", "/api/streamer/ocr", "3.84", 200],
    ["GET", "/api/switch", "4.20", 404],
    ["GET", "/api/switch", "glkvm", 200],
    ["GET", "/api/media", "4.20", 404],
    ["GET", "/api/hid/inactivity", "glkvm", 404],
    ["GET", "/api/hid/inactivity", "4.83", 200],
    ["POST", "/api/hid/events/send_shortcut?keys=KeyA", "4.20", 404],
    ["POST", "/api/hid/events/send_key?key=KeyA&state=0", "4.20", 200],
    ["POST", "/api/hid/events/send_key?key=KeyA&state=0", "glkvm", 404],
    ["POST", "/api/hid/events/send_key?key=F13&state=0", "4.82", 400],
    ["POST", "/api/hid/events/send_key?key=F13&state=0", "4.187", 200],
    ["POST", "/api/hid/events/send_mouse_relative?delta_x=1&delta_y=1", "1.100", 404],
    ["PATCH", "/redfish/v1/Systems/0", "4.20", 405],
    ["PATCH", "/redfish/v1/Systems/0", "glkvm", 204],
    ["GET", "/redfish/v1/Managers", "4.82", 404],
    ["GET", "/redfish/v1", "1.100", 404],
    ["GET", "/api/info?fields=uptime", "4.20", 400],
    ["GET", "/api/info?fields=hw", "4.20", 200],
    ["GET", "/api/info?fields=hw", "glkvm", 400],
    ["GET", "/api/info?fields=auth", "2.45", 400],
  ];
  for (const [method, path, age, status] of calls)
    test(`${age} answers ${status} to ${method} ${path}`, async () => {
      const sim = await deviceOf(age);
      try {
        assert.equal((await call(sim.url, method, path)).status, status);
      } finally {
        await sim.close();
      }
    });

  const frames: [age: string, frame: number[], becomes: "ends" | "dropped" | "pressed"][] = [
    ["1.100", [1, 1, ...Buffer.from("KeyA")], "ends"],
    ["3.212", [1, 1, ...Buffer.from("KeyA")], "ends"],
    ["3.225", [1, 1, ...Buffer.from("KeyA")], "dropped"],
    ["3.291", [1, 1, ...Buffer.from("KeyA")], "pressed"],
    ["4.20", [1, 3, ...Buffer.from("KeyA")], "dropped"],
    ["4.82", [1, 3, ...Buffer.from("KeyA")], "pressed"],
  ];
  for (const [age, frame, becomes] of frames)
    test(`a binary frame [${frame.slice(0, 2).join()}] to ${age} is ${becomes}`, async () => {
      const sim = await deviceOf(age);
      try {
        const socket = new WebSocket(`${sim.url.replace("http", "ws")}/api/ws?stream=0`, { headers: ADMIN });
        let pongs = 0;
        socket.on("message", (data: Buffer) => {
          if (data.toString().includes('"pong"')) pongs += 1;
        });
        await new Promise((resolve) => socket.once("open", resolve));
        socket.send(Buffer.from(frame));
        socket.send(JSON.stringify({ event_type: "ping", event: {} }));
        await until(() => pongs > 0 || socket.readyState === socket.CLOSED);
        await until(() => becomes !== "pressed" || sim.host.keyEvents.length > 0);
        assert.deepEqual(
          [socket.readyState === socket.CLOSED, sim.host.keyEvents.some(({ key }) => key === "KeyA")],
          [becomes === "ends", becomes === "pressed"],
        );
        socket.terminate();
      } finally {
        await sim.close();
      }
    });

  test("an option that is no version is refused", async () => {
    await assert.rejects(deviceOf("4"), RangeError);
    await assert.rejects(deviceOf("newest"), /is not a version of kvmd/);
  });
});
