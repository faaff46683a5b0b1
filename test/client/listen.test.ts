import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test, type TestContext } from "node:test";
import { listen, SOCKET_TIMING } from "../../src/client/sockets/listen";
import type { DeviceSocket } from "../../src/client/sockets/socket";

/** What a device would send, without one: what is tried here is what happens while it sends nothing. */
class Silent extends EventEmitter {
  pings = 0;
  isOpen = true;

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.isOpen = false;
    this.emit("close", 1006);
  }

  resume(): void {}
}

function listening(t: TestContext) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const socket = new Silent();
  const ended = listen(socket as unknown as DeviceSocket, {
    close: new AbortController().signal,
    timing: SOCKET_TIMING,
    receive: () => undefined,
    name: "event connection",
  });
  /** Whatever the clock says meanwhile. */
  const pass = (seconds: number): void => t.mock.timers.tick(1000 * seconds);
  return { socket, ended, pass };
}

test("a device that says nothing is missed 18 s after its last word at most, and asked before", async (t) => {
  const { socket, ended, pass } = listening(t);
  pass(10.1);
  assert.equal(socket.pings, 1);
  socket.emit("pong");
  pass(14.9);
  assert.ok(socket.isOpen);
  pass(3);
  assert.ok(!socket.isOpen);
  await assert.rejects(ended, { name: "WebSocketError", code: "SILENT" });
});

test("one that answers each time is not missed, however long it says nothing else", async (t) => {
  const { socket, ended, pass } = listening(t);
  for (let minute = 0; minute < 10; minute += 1) {
    socket.emit("pong");
    pass(12);
  }
  assert.ok(socket.isOpen);
  socket.terminate();
  await assert.rejects(ended, { name: "WebSocketError" });
});
