import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { parseAddress, readCertificate, type Trust } from "../../src/client";
import { fingerprintOf, type Identity, issueCertificate } from "../../src/simulator";
import { until } from "../harness/until";
import { expired, signed } from "./certificates";
import {
  bench,
  bothWays,
  checkError,
  client,
  failure,
  httpServer,
  SIDE_BY_SIDE,
  tcpServer,
  type Expected,
} from "./kit";

/** A device with a certificate, and a client that trusts in a way. Counts what reaches HTTP. */
async function trusting(t: TestContext, tls: Identity, trust: Trust, host = "127.0.0.1") {
  const { sim } = await bench(t, { tls });
  const kvm = await client(t, { address: `https://${host}:${sim.port}`, trust });
  return { sim, kvm };
}

describe("trust, for HTTP and WebSocket alike", SIDE_BY_SIDE, () => {
  const { ca, device } = signed();
  const other = signed(["pikvm.test"], "Another CA");
  const own = issueCertificate();
  const old = expired();
  const home = issueCertificate({ hosts: ["127.0.0.1"] });

  const refused: [string, Identity, Trust, Expected][] = [
    [
      "self-signed, with the system's authorities",
      own,
      "system",
      { name: "ConnectError", code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: /self-signed/ },
    ],
    [
      "signed by an authority that the system does not know",
      device,
      "system",
      { name: "ConnectError", code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", message: /not trusted/ },
    ],
    [
      "signed by another authority than ours",
      device,
      { ca: other.ca.cert },
      { name: "ConnectError", code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    ],
    [
      "for another host",
      other.device,
      { ca: other.ca.cert },
      { name: "ConnectError", code: "ERR_TLS_CERT_ALTNAME_INVALID", message: /another host name/ },
    ],
    ["expired", old, { ca: old.cert }, { name: "ConnectError", code: "CERT_HAS_EXPIRED", message: /expired/ }],
    [
      "not the pinned one",
      own,
      { fingerprint: fingerprintOf(device.cert) },
      { name: "ConnectError", code: "FINGERPRINT_MISMATCH" },
    ],
    [
      "not the pinned one, though only in its last digit",
      own,
      { fingerprint: fingerprintOf(own.cert).replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) },
      { name: "ConnectError", code: "FINGERPRINT_MISMATCH" },
    ],
    [
      "not the pinned one, though its authority is fine",
      device,
      { fingerprint: fingerprintOf(own.cert) },
      { name: "ConnectError", code: "FINGERPRINT_MISMATCH" },
    ],
  ];
  for (const [title, tls, trust, expected] of refused) {
    test(`refused: ${title}; not a byte of a request leaves`, async (t) => {
      const { sim, kvm } = await trusting(t, tls, trust);
      for (const error of await bothWays(kvm)) {
        checkError(error, { retryable: false, outcome: undefined, ...expected });
        assert.ok(error.message.includes(`sha256:${fingerprintOf(tls.cert)}`), "it shows the fingerprint");
      }
      assert.equal(sim.requests.length, 0);
      await until(() => sim.connections === 0, { what: "the end of what is not trusted" });
    });
  }

  const accepted: [string, Identity, Trust][] = [
    ["our own authority", device, { ca: ca.cert }],
    ["our own authority, another name expected", other.device, { ca: [other.ca.cert], servername: "pikvm.test" }],
    ["a self-signed certificate as its own authority", home, { ca: home.cert }],
    ["the pinned fingerprint", own, { fingerprint: fingerprintOf(own.cert) }],
    ["the pinned fingerprint of an expired certificate", old, { fingerprint: fingerprintOf(old.cert) }],
    ["none at all", own, "none"],
    ["authorities without verifying", own, { ca: ca.cert, verify: false }],
  ];
  for (const [title, tls, trust] of accepted) {
    test(`accepted: ${title}`, async (t) => {
      const { kvm } = await trusting(t, tls, trust);
      assert.deepEqual(await bothWays(kvm), ["connected", "connected"]);
    });
  }

  test("each of many calls has an error of its own", async (t) => {
    const { kvm } = await trusting(t, own, "system");
    const calls = Array.from({ length: 40 }, () => failure(kvm.atx.getState(), { name: "ConnectError" }));
    assert.equal(new Set(await Promise.all(calls)).size, 40);
  });

  test("a pinned fingerprint holds for every connection, not just the first", async (t) => {
    const { sim, kvm } = await trusting(t, own, { fingerprint: fingerprintOf(own.cert) });
    await Promise.all(Array.from({ length: 20 }, () => kvm.atx.getState()));
    assert.ok(sim.connections > 1);
    sim.changeCertificate(own);
    await kvm.atx.getState();
    sim.changeCertificate();
    const before = sim.requests.length;
    for (const error of await bothWays(kvm)) checkError(error, { name: "ConnectError", code: "FINGERPRINT_MISMATCH" });
    assert.equal(sim.requests.length, before);
  });

  test("a fingerprint may be written in any usual way", async (t) => {
    const plain = fingerprintOf(own.cert);
    const spellings = [
      plain,
      plain.toLowerCase(),
      plain.replaceAll(":", ""),
      ` sha256:${plain} `,
      `SHA256 Fingerprint=${plain}`,
      `sha-256=${plain.replaceAll(":", "").toLowerCase()}`,
    ];
    const { sim } = await bench(t, { tls: own });
    for (const fingerprint of spellings) {
      const kvm = await client(t, { address: sim.url, trust: { fingerprint } });
      await kvm.atx.getState();
    }
    for (const fingerprint of ["", "AB:CD", plain.slice(0, -1), `${plain}:00`, plain.replace(/^./, "G")]) {
      await failure(client(t, { address: sim.url, trust: { fingerprint } }), {
        name: "ConfigurationError",
        code: "INVALID_INPUT",
      });
    }
  });
});

describe("readCertificate", SIDE_BY_SIDE, () => {
  test("shows what a person compares, and sends no request", async (t) => {
    const { sim } = await bench(t, { tls: true });
    const { fingerprint, subject, validTo } = await readCertificate(parseAddress(sim.url), 5);
    assert.equal(fingerprint, sim.fingerprint);
    assert.match(subject, /PiKVM/);
    assert.ok(Date.parse(validTo) > Date.now());
    assert.equal(sim.requests.length, 0);
  });

  test("fails like any call", async (t) => {
    const look = (address: string) => readCertificate(parseAddress(address), 0.3);
    await failure(look("http://127.0.0.1"), { name: "ConfigurationError" });
    await failure(look("https://127.0.0.1:1"), { name: "ConnectError", code: "ECONNREFUSED" });
    await failure(look(`https://${await httpServer(t, () => undefined)}`), {
      name: "ConnectError",
      message: /does not speak TLS/,
    });
    await failure(look(`https://${await tcpServer(t, () => undefined)}`), { name: "ConnectionTimeoutError" });
  });
});
