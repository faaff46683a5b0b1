import { asPiKVMError } from "../actions/thrown";
import { ConfigurationError, ConnectError, parseAddress, readCertificate } from "../client";
import { referenceIn, variableIn } from "../schema/variable";
import type { NodeAPI } from "./red";

/** Seconds for a look at a certificate while a person waits in the dialog. */
const TIMEOUT = 10;

/**
 * Lets the device dialog show the certificate that an address presents. Nothing but a TLS handshake is made, no
 * credentials are used.
 */
export function serveCertificate(RED: NodeAPI): void {
  RED.httpAdmin.post("/pikvm/certificate", RED.auth.needsPermission("flows.write"), (request, response) => {
    const { address } = request.body as { address?: unknown };
    look(typeof address === "string" ? address.trim() : "").then(
      (certificate) => response.json(certificate),
      (error: unknown) => response.status(400).json({ message: asPiKVMError(error).message }),
    );
  });
}

async function look(address: string): Promise<{ fingerprint: string; subject: string; valid_to: string }> {
  // As in every setting of a node, `${NAME}` alone stands for an environment variable.
  const variable = variableIn(address);
  if (variable === undefined && referenceIn(address) !== undefined)
    throw new ConfigurationError(
      `"${address}" is not an address: a variable inside of it is not replaced; put all into one.`,
    );
  const resolved = variable === undefined ? address : process.env[variable];
  if (resolved === undefined) throw new ConfigurationError(`The environment variable ${variable} is not set.`);
  try {
    const { fingerprint, subject, validTo } = await readCertificate(parseAddress(resolved), TIMEOUT);
    return { fingerprint, subject, valid_to: validTo };
  } catch (error) {
    if (variable === undefined) throw error;
    // What the variable holds is nobody's business: it need not be an address.
    throw new ConnectError(
      `No certificate could be read at the address in \${${variable}} (${asPiKVMError(error).code}).`,
    );
  }
}
