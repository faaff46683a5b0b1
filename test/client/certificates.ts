import { createPrivateKey, sign, X509Certificate } from "node:crypto";
import { type Identity, issueCertificate } from "../../src/simulator";

/** A certificate for a loopback device that an authority of our own has signed. */
export function signed(hosts: string[] = ["127.0.0.1"], authority = "Test CA"): { ca: Identity; device: Identity } {
  const ca = issueCertificate({ commonName: authority });
  return { ca, device: issueCertificate({ commonName: "device", hosts, issuer: ca }) };
}

/** A self-signed certificate whose time is over. */
export function expired(): Identity {
  const { key, cert } = issueCertificate({ hosts: ["127.0.0.1"] });
  const whole = new X509Certificate(cert).raw;
  const body = element(whole, headerLength(whole, 0));
  const algorithm = element(whole, headerLength(whole, 0) + body.length);
  // The second of the two times is the end; both are UTCTime, "YYMMDDhhmmssZ".
  const begin = body.indexOf(Buffer.of(0x17, 0x0d));
  const end = body.indexOf(Buffer.of(0x17, 0x0d), begin + 1);
  body.write("20", begin + 2, "latin1");
  body.write("21", end + 2, "latin1");
  const signature = sign("sha256", body, createPrivateKey(key));
  const bits = Buffer.concat([Buffer.of(3, signature.length + 1, 0), signature]);
  const content = Buffer.concat([body, algorithm, bits]);
  const der = Buffer.concat([Buffer.of(0x30, 0x82, content.length >> 8, content.length & 0xff), content]);
  return { key, cert: `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n` };
}

/** A copy of the DER element at an offset, with its header. */
function element(der: Buffer, offset: number): Buffer {
  const length = headerLength(der, offset);
  return Buffer.from(der.subarray(offset, offset + length + contentLength(der, offset)));
}

function headerLength(der: Buffer, offset: number): number {
  const first = der.readUInt8(offset + 1);
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

function contentLength(der: Buffer, offset: number): number {
  const first = der.readUInt8(offset + 1);
  return first < 0x80 ? first : der.readUIntBE(offset + 2, first & 0x7f);
}
