import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Broker } from "../../src/runtime/broker";
import type { NodeAPI } from "../../src/runtime/red";
import { flow } from "../harness/flows";
import { Mosquitto, skip } from "../harness/mosquitto";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

describe("the connection of Node-RED's own MQTT nodes", { skip }, () => {
  const red = NodeRed.duringTests({ withMqtt: true });
  const mosquitto = new Mosquitto().duringTests();
  let isDeployed = true;
  const getNode = (id: string) => (isDeployed ? red.node(id) : null);
  const RED = { nodes: { getNode } } as unknown as NodeAPI; // all that is asked of it
  /** Other files may have left something to be removed at the usual one. */
  const ID = "alone";
  const user = (id: string) => new Broker(RED, ID, { id }, () => undefined);
  const isThere = (broker: Broker) => until(() => broker.isConnected, { what: "the connection" });

  test("ends with its last user, but not for one who comes while it ends", async () => {
    await red.deploy(flow(...mosquitto.nodes({ id: ID })));
    const first = user("first");
    await isThere(first);
    const ended = first.close(true);
    const second = user("second");
    await ended;
    await isThere(second);
    await second.close(true);
    assert.equal(second.isConnected, false);
  });

  test("does not come back at a broker node that a deploy has stopped meanwhile", async () => {
    await red.deploy(flow(...mosquitto.nodes({ id: ID })));
    const first = user("first");
    await isThere(first);
    const ended = first.close(true);
    const second = user("second");
    isDeployed = false;
    await ended;
    assert.equal(second.isConnected, false);
    // Long enough to connect.
    await assert.rejects(until(() => second.isConnected, { timeout: 300 }));
  });
});
