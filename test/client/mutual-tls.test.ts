import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { connect, type AddressInfo } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { createServer, type TlsOptions } from "node:tls";
import type { Trust } from "../../src/client";
import { fingerprintOf, issueCertificate, type Simulator } from "../../src/simulator";
import { expired, signed } from "./certificates";
import {
  bench,
  bothWays,
  checkError,
  client,
  failure,
  httpServer,
  SECRETS,
  SIDE_BY_SIDE,
  tcpServer,
  type Expected,
} from "./kit";

const authority = signed();
const user = issueCertificate({ commonName: "user", issuer: authority.ca });
const stranger = issueCertificate({ commonName: "user", issuer: signed().ca });
const old = expired();
const encrypted = createPrivateKey(user.key)
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: SECRETS.text })
  .toString();

/** A device behind a TLS server that lets nobody through without a certificate of our authority. */
async function guarded(t: TestContext, options: TlsOptions = {}): Promise<{ sim: Simulator; address: string }> {
  const { sim } = await bench(t);
  const front = { ...authority.device, ca: authority.ca.cert, requestCert: true, rejectUnauthorized: true, ...options };
  const server = createServer(front, (socket) => {
    const device = connect(sim.port, "127.0.0.1").on("error", () => undefined);
    socket.on("error", () => device.destroy());
    socket.pipe(device).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { sim, address: `https://127.0.0.1:${(server.address() as AddressInfo).port}` }; // it listens on a port
}

describe("a client certificate, for HTTP and WebSocket alike", SIDE_BY_SIDE, () => {
  const { ca, device } = authority;
  const { cert, key } = user;
  const accepted: [string, Trust][] = [
    ["with our own authority", { ca: ca.cert, cert, key }],
    ["as bytes", { ca: Buffer.from(ca.cert), cert: Buffer.from(cert), key: Buffer.from(key) }],
    ["with an encrypted key", { ca: ca.cert, cert, key: encrypted, passphrase: SECRETS.text }],
    ["followed by its authority", { ca: [stranger.cert, ca.cert], cert: cert + ca.cert, key }],
    ["with a pinned fingerprint", { fingerprint: fingerprintOf(device.cert), cert, key }],
    ["without verifying the device", { verify: false, cert, key }],
  ];
  for (const [title, trust] of accepted) {
    test(`opens the door: ${title}`, async (t) => {
      const { address } = await guarded(t);
      assert.deepEqual(await bothWays(await client(t, { address, trust })), ["connected", "connected"]);
    });
  }

  test("a server that does not ask for it does not mind", async (t) => {
    const { sim } = await bench(t, { tls: device });
    await (await client(t, { address: sim.url, trust: { ca: ca.cert, cert, key } })).atx.getState();
  });

  const refused: [string, Trust, TlsOptions, Expected][] = [
    ["none is there", { ca: ca.cert }, {}, { name: "ConnectError", code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", message: /wants a client certificate/ }], // prettier-ignore
    ["none is there, TLS 1.2", { ca: ca.cert }, { maxVersion: "TLSv1.2" }, { name: "ConnectError", message: /may want a client certificate/ }], // prettier-ignore
    ["it is signed by a stranger", { ca: ca.cert, ...stranger }, {}, { name: "ConnectError", message: /may not know the authority that signed our client certificate/ }], // prettier-ignore
    ["it is signed by a stranger, TLS 1.2", { ca: ca.cert, ...stranger }, { maxVersion: "TLSv1.2" }, { name: "ConnectError", message: /may not know the authority/ }], // prettier-ignore
    ["its time is over", { ca: ca.cert, ...old }, {}, { name: "ConfigurationError", code: "CLIENT_CERTIFICATE_TIME", message: /good from .* to .* only: renew it/ }], // prettier-ignore
  ];
  for (const [title, trust, options, expected] of refused) {
    test(`the door stays shut, and the error says why: ${title}`, async (t) => {
      const { sim, address } = await guarded(t, options);
      const kvm = await client(t, { address, trust });
      for (const error of await bothWays(kvm)) checkError(error, { outcome: undefined, ...expected });
      assert.equal(sim.requests.length, 0);
    });
  }

  test("a press that is refused for want of a certificate has certainly not happened", async (t) => {
    const { address } = await guarded(t);
    const kvm = await client(t, { address, trust: { ca: ca.cert } });
    await failure(kvm.atx.clickPower(), { name: "ConnectError", outcome: undefined, retryable: false });
  });

  const alerts: [string, number][] = [
    ["bad certificate", 42],
    ["unsupported certificate", 43],
    ["certificate revoked", 44],
    ["certificate expired", 45],
    ["certificate unknown", 46],
    ["unknown ca", 48],
    ["access denied", 49],
  ];
  for (const [reason, alert] of alerts) {
    test(`a server that says why: ${reason}`, async (t) => {
      const address = await tcpServer(t, (socket) => {
        // A fatal alert (TLS record type 21) instead of the server's part of the handshake.
        socket.once("data", () => socket.end(Buffer.of(21, 3, 3, 0, 2, 2, alert)));
      });
      const kvm = await client(t, { address: `https://${address}`, trust: { cert, key } });
      const message = new RegExp(`refuses our client certificate \\(${reason}\\)`);
      for (const error of await bothWays(kvm)) checkError(error, { name: "ConnectError", message, retryable: false });
    });
  }

  test("nginx says it in a page", async (t) => {
    for (const [says, message] of [
      ["No required SSL certificate was sent", /HTTP 400: The server wants a client certificate/],
      ["The SSL certificate error", /HTTP 400: The server refuses our client certificate/],
    ] as const) {
      const page = `<html><head><title>400 ${says}</title></head></html>`;
      const address = await httpServer(t, (_, response) => response.writeHead(400).end(page));
      const kvm = await client(t, { address: `http://${address}` });
      await failure(kvm.atx.getState(), { name: "APIError", statusCode: 400, message });
    }
  });

  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const unusable: [string, Trust, RegExp][] = [
    ["a certificate that is not PEM", { cert: "certificate", key }, /client certificate is not in PEM/],
    ["a certificate that is broken", { cert: pem, key }, /client certificate cannot be read/],
    ["a certificate without its key", { cert }, /no key/],
    ["a key without its certificate", { key }, /no certificate/],
    ["a key that is not one", { cert, key: SECRETS.text }, /key .* cannot be read/],
    ["the key of another certificate", { cert, key: stranger.key }, /belongs to another certificate/],
    ["an encrypted key without its passphrase", { cert, key: encrypted }, /encrypted: give its passphrase/],
    ["an encrypted key with a wrong passphrase", { cert, key: encrypted, passphrase: SECRETS.password }, /not opened by the passphrase/], // prettier-ignore
    ["an authority that is not PEM", { ca: "authority" }, /authority is not in PEM/],
    ["one of two authorities that is broken", { ca: [ca.cert, pem] }, /authority cannot be read/],
    ["any of these beside a fingerprint", { fingerprint: "00".repeat(32), cert }, /no key/],
  ];
  for (const [title, trust, message] of unusable) {
    test(`cannot be used, which is told before anything is sent: ${title}`, async (t) => {
      await failure(client(t, { address: "pikvm.lan", trust }), { name: "ConfigurationError", message });
    });
  }

  test("empty ones are none, as empty fields of a form are", async (t) => {
    const { sim } = await bench(t);
    await (await client(t, { address: sim.url, trust: { ca: "", cert: "", key: "", passphrase: "" } })).atx.getState();
  });
});
