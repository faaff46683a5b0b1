import { connect } from "node:tls";
import { readCertificate, type Address } from "../client";

/** Seconds. */
const TIMEOUT = 10;

/** A pin that no certificate has; an http:// address presents none to compare with. */
const NO_CERTIFICATE = "00".repeat(32);

/**
 * The SHA-256 fingerprint of a device whose certificate this computer trusts anyway. Sends nothing but the TLS
 * handshake.
 * @throws Error that tells a person what the device presents and what to do, when it is not trusted.
 */
export async function trustedFingerprint(address: Address): Promise<string> {
  if (!address.secure) {
    console.warn("PIKVM_URL is an http:// address: the password can be read by anybody on the way.");
    return NO_CERTIFICATE;
  }
  try {
    return await verifiedFingerprint(address);
  } catch (distrust) {
    const { fingerprint } = await readCertificate(address, TIMEOUT).catch((cause: unknown) => {
      throw new Error(`${address.origin} cannot be reached: ${messageOf(cause)}`, { cause });
    });
    throw new Error(untrusted(address, messageOf(distrust), fingerprint), { cause: distrust });
  }
}

/** From the very connection that was verified, so that nothing else can have answered. */
function verifiedFingerprint({ hostname, port }: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port });
    socket.setTimeout(TIMEOUT * 1000, () => socket.destroy(new Error("it did not answer in time")));
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

function untrusted({ origin }: Address, reason: string, fingerprint: string): string {
  return [
    `This computer does not trust the certificate of ${origin} (${reason}). It has the SHA-256 fingerprint`,
    `  ${fingerprint}`,
    "Compare it with what the device itself says, in its web terminal or over SSH:",
    "  openssl x509 -noout -fingerprint -sha256 -in /etc/kvmd/nginx/ssl/server.crt",
    "If it is the same, set this variable besides the others, and start again:",
    `  PIKVM_FINGERPRINT=${fingerprint}`,
  ].join("\n");
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
