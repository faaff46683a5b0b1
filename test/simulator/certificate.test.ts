import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { connect } from "node:tls";

import { fingerprintOf, issueCertificate } from "../../src/simulator";
import { call, device } from "./device";

test("a device's certificate is self-signed EC P-256 for a name that matches nothing", () => {
  const { cert } = issueCertificate();
  const certificate = new X509Certificate(cert);
  assert.equal(certificate.subject, "C=US\nO=PiKVM\nOU=PiKVM\nCN=localhost");
  assert.equal(certificate.issuer, certificate.subject);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
  assert.equal(certificate.subjectAltName, undefined);
  assert.equal(fingerprintOf(cert), certificate.fingerprint256);
});

test("a CA signs for host names and addresses, and a client that trusts the CA connects", async (t) => {
  const ca = issueCertificate({ commonName: "Lab CA" });
  const leaf = issueCertificate({
    commonName: "pikvm.lab",
    hosts: ["pikvm.lab", "127.0.0.1", "fd00::1:2"],
    issuer: ca,
  });
  const certificate = new X509Certificate(leaf.cert);
  assert.equal(certificate.subjectAltName, "DNS:pikvm.lab, IP Address:127.0.0.1, IP Address:FD00:0:0:0:0:0:1:2");
  assert.ok(certificate.checkIssued(new X509Certificate(ca.cert)));
  assert.equal(certificate.ca, false);

  const { port } = await device(t, { tls: leaf });
  const socket = connect({ host: "127.0.0.1", port, ca: ca.cert });
  await once(socket, "secureConnect");
  assert.ok(socket.authorized);
  socket.destroy();
});

test("a changed certificate is what new connections see, and old connections end", async (t) => {
  const simulator = await device(t);
  const see = async (): Promise<string> => {
    const socket = connect({ host: "127.0.0.1", port: simulator.port, rejectUnauthorized: false });
    t.after(() => socket.destroy());
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().fingerprint256;
  };
  const before = simulator.fingerprint;
  assert.equal(await see(), before);
  const connected = connect({ host: "127.0.0.1", port: simulator.port, rejectUnauthorized: false });
  connected.on("error", () => undefined);
  await once(connected, "secureConnect");
  const ended = once(connected, "close");

  simulator.changeCertificate();

  await ended;
  assert.notEqual(simulator.fingerprint, before);
  assert.equal(await see(), simulator.fingerprint);
});

test("plain HTTP to the port that speaks TLS gets nginx's page, an upgrade too, and TLS goes on", async (t) => {
  const { url } = await device(t);
  const plain = url.replace("https:", "http:");
  const upgrade = { Upgrade: "websocket", Connection: "Upgrade" };
  for (const [method, headers] of [
    ["GET", {}],
    ["POST", {}],
    ["GET", upgrade],
  ] as const) {
    // prettier-ignore
    const answer = await call(plain, method, "/api/atx", { headers });
    assert.deepEqual([answer.status, answer.reason], [400, "Bad Request"]);
    assert.deepEqual(answer.headers.filter(([name]) => name !== "Date").map(([name, value]) => `${name}: ${value}`), [
      "Server: nginx/1.22.1",
      "Content-Type: text/html; charset=utf-8",
      "Content-Length: 255",
      "Connection: close",
      "Strict-Transport-Security: max-age=31536000; includeSubDomains",
    ]); // prettier-ignore
    assert.match(answer.text, /<title>400 The plain HTTP request was sent to HTTPS port<\/title>/);
  }
  assert.equal((await call(url, "GET", "/api/atx")).status, 200);
});
