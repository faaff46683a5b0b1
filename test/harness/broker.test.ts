import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { issueCertificate } from "../../src/simulator";
import { AedesBroker } from "./aedes";
import type { BrokerOptions } from "./broker";
import { Mosquitto, skip } from "./mosquitto";
import { Topics } from "./topics";
import { until } from "./until";

const LOGIN = { username: "bridge", password: "broker-Zebra: 1" };

/** Both brokers, in what the tests expect of either. */
const KINDS = [
  { name: "Mosquitto", create: (options: BrokerOptions) => new Mosquitto(options), skip },
  { name: "aedes", create: (options: BrokerOptions) => new AedesBroker(options), skip: false },
];

for (const { name, create, skip: leftOut } of KINDS) {
  describe(name, { skip: leftOut }, () => {
    const broker = create({}).duringTests();
    let topics: Topics;
    before(async () => (topics = await Topics.of(broker)));
    after(() => topics.close());

    test("tells everything that is published, and what is retained to who comes later", async () => {
      await topics.publish("a/state", "1", { retain: true });
      await topics.publish("a/state", "2", { retain: true });
      await topics.publish("a/gone", "x", { retain: true });
      await topics.publish("a/gone", "", { retain: true });
      await topics.publish("a/event", "press");
      await topics.untilSaid("a/event", "press");
      assert.deepEqual(topics.on("a/state"), ["1", "2"]);
      assert.deepEqual([...(await topics.retained())], [["a/state", "2"]]);
      assert.match(topics.everything(), /^a\/event press/m);
      assert.doesNotMatch(topics.everything(), /recorder/);
    });

    for (const way of ["restart", "kill"] as const)
      test(`after a ${way} it has forgotten what was retained, and whoever listened is back`, async () => {
        await topics.publish("b/state", "1", { retain: true });
        if (way === "kill") await broker.kill().then(() => broker.start());
        else await broker.restart();
        const one = await broker.connect();
        await until(
          async () => {
            await one.publishAsync("b/after", way);
            return topics.latest("b/after") === way;
          },
          { what: "the recorder to be back" },
        );
        await one.endAsync();
        assert.deepEqual([...(await topics.retained())], []);
      });
  });

  describe(`${name} with TLS and a login`, { skip: leftOut }, () => {
    const broker = create({ tls: true, login: LOGIN }).duringTests();

    test("lets in who has the login and trusts its authority, and nobody else", async () => {
      const client = await broker.connect();
      await client.publishAsync("a", "1", { qos: 1 });
      await client.endAsync();
      await assert.rejects(broker.connect({ password: "wrong" }), /authori[sz]ed|user ?name or password/i);
      await assert.rejects(broker.connect({ ca: issueCertificate().cert }), /certificate/);
      assert.doesNotMatch(broker.log.join("\n"), /Zebra/);
    });
  });
}

describe("Mosquitto", { skip }, () => {
  const broker = new Mosquitto({ maxPacketSize: 1000 }).duringTests();

  test("says how long a packet may be, and ends the connection of who sends a longer one", async () => {
    const client = await broker.connect({ reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => client.once("close", resolve));
    client.on("error", () => undefined);
    client.publish("a", "x".repeat(2000));
    await closed;
    await until(() => broker.log.some((line) => /oversize/i.test(line)), { what: "the reason in the log" });
  });
});
