import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** A private key and its certificate, both PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  /** The subject's CN; the rest is C=US, O=PiKVM, OU=PiKVM as on the device. */
  commonName?: string;
  /** Host names and IP addresses for the subjectAltName; none as on the device. */
  hosts?: readonly string[];
  /** Who signs; itself when absent. */
  issuer?: Identity;
  /** Whether it may sign others; a self-signed certificate of OpenSSL's `req -x509` may, and so may the device's. */
  ca?: boolean;
}

const OID = {
  country: "2.5.4.6",
  organization: "2.5.4.10",
  unit: "2.5.4.11",
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  basicConstraints: "2.5.29.19",
  subjectAltName: "2.5.29.17",
} as const;

const TAG = {
  boolean: 1,
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 12,
  printable: 19,
  time: 23,
  sequence: 48,
  set: 49,
};
const VALID_DAYS = 3650;

/**
 * Makes a key and a certificate. Without arguments: what `kvmd-gencert` leaves on a fresh device, an EC P-256
 * self-signed certificate whose name matches no address.
 */
export function issueCertificate(request: CertificateRequest = {}): Identity {
  const { commonName = "localhost", hosts = [], issuer } = request;
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = name(commonName);
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const body = sequence(
    context(0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    issuer === undefined ? subject : subjectOf(issuer.cert),
    sequence(time(-1), time(VALID_DAYS)),
    subject,
    pair.publicKey.export({ type: "spki", format: "der" }),
    context(3, sequence(...extensions(request.ca ?? issuer === undefined, hosts))),
  );
  const signer = issuer === undefined ? pair.privateKey : createPrivateKey(issuer.key);
  const certificate = sequence(body, algorithm, tlv(TAG.bits, Buffer.of(0), sign("sha256", body, signer)));
  return {
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: pem(certificate),
  };
}

/** The SHA-256 of a certificate as people compare it: `AB:CD:…`. */
export function fingerprintOf(cert: string): string {
  const hex = createHash("sha256").update(new X509Certificate(cert).raw).digest("hex").toUpperCase();
  return (hex.match(/../g) ?? []).join(":");
}

function extensions(ca: boolean, hosts: readonly string[]): Buffer[] {
  const list = [
    sequence(
      oid(OID.basicConstraints),
      tlv(TAG.boolean, Buffer.of(0xff)),
      tlv(TAG.octets, sequence(...(ca ? [tlv(TAG.boolean, Buffer.of(0xff))] : []))),
    ),
  ];
  if (hosts.length > 0)
    list.push(sequence(oid(OID.subjectAltName), tlv(TAG.octets, sequence(...hosts.map(alternativeName)))));
  return list;
}

function alternativeName(host: string): Buffer {
  const DNS = 0x82;
  const ADDRESS = 0x87;
  if (isIP(host) === 0) return tlv(DNS, Buffer.from(host));
  if (isIP(host) === 4) return tlv(ADDRESS, Buffer.from(host.split(".").map(Number)));
  // The URL parser writes an IPv6 address in its shortest form: groups of hex digits and at most one "::".
  const [head = "", tail = ""] = new URL(`http://[${host}]/`).hostname.slice(1, -1).split("::");
  const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: missing }, () => "0"), ...groups(tail)];
  return tlv(ADDRESS, Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex"));
}

function name(commonName: string): Buffer {
  const part = (id: string, tag: number, text: string): Buffer =>
    tlv(TAG.set, sequence(oid(id), tlv(tag, Buffer.from(text))));
  return sequence(
    part(OID.country, TAG.printable, "US"),
    part(OID.organization, TAG.utf8, "PiKVM"),
    part(OID.unit, TAG.utf8, "PiKVM"),
    part(OID.commonName, TAG.utf8, commonName),
  );
}

/** The issuer's name must be byte for byte its certificate's subject; all of ours are built by `name`. */
function subjectOf(cert: string): Buffer {
  const found = /^CN=(.*)$/m.exec(new X509Certificate(cert).subject)?.[1];
  if (found === undefined) throw new Error("The issuer's certificate has no CN");
  return name(found);
}

function time(days: number): Buffer {
  const at = new Date(Date.now() + days * 86_400_000).toISOString();
  return tlv(TAG.time, Buffer.from(`${at.slice(2, 19).replace(/[-:T]/g, "")}Z`));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let high = arc >>> 7; high > 0; high >>>= 7) digits.unshift((high & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tlv(TAG.oid, Buffer.from(bytes));
}

function integer(value: Buffer): Buffer {
  return tlv(TAG.integer, value);
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(TAG.sequence, ...parts);
}

function context(number: number, part: Buffer): Buffer {
  return tlv(0xa0 + number, part);
}

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), value]);
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
