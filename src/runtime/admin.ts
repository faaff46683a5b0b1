import { asPiKVMError } from "./failure";
import { parseAddress, readCertificate } from "../client";
import type { NodeAPI } from "./red";

/** Seconds for a look at a certificate while a person waits in the dialog. */
const TIMEOUT = 10;

/** Lets the device dialog show the certificate that an address presents. Nothing but a TLS handshake is made, no credentials are used. */
export function serveCertificate(RED: NodeAPI): void {
  RED.httpAdmin.post("/pikvm/certificate", RED.auth.needsPermission("flows.write"), (request, response) => {
    const { address } = request.body as { address?: unknown };
    look(typeof address === "string" ? address : "").then(
      (certificate) => response.json(certificate),
      (error: unknown) => response.status(400).json({ message: asPiKVMError(error).message }),
    );
  });
}

async function look(address: string): Promise<{ fingerprint: string; subject: string; valid_to: string }> {
  // Addresses may name an environment variable, as Node-RED itself allows for any setting of a node.
  const resolved = address.replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? "");
  const { fingerprint, subject, validTo } = await readCertificate(parseAddress(resolved), TIMEOUT);
  return { fingerprint, subject, valid_to: validTo };
}
