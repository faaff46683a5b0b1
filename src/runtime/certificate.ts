import { lookup } from "node:dns/promises";
import { BlockList, isIPv6 } from "node:net";
import { asPiKVMError } from "../actions/thrown";
import { ConfigurationError, ConnectError, parseAddress, readCertificate } from "../client";
import { referenceIn, variableIn } from "../schema/variable";
import { Questions } from "./questions";
import type { NodeAPI } from "./red";

/** Seconds for a look at a certificate while a person waits in the dialog. */
const TIMEOUT = 10;

/**
 * Lets the device dialog show the certificate that an address presents. Nothing but a TLS handshake is made, no
 * credentials are used.
 */
export function serveCertificate(RED: NodeAPI): void {
  const questions = new Questions<ShownCertificate>(2);
  RED.httpAdmin.post("/pikvm/certificate", RED.auth.needsPermission("flows.write"), (request, response) => {
    // A page of another site can make a browser send a form, but no JSON.
    if (!request.is("application/json")) {
      response.status(415).json({ message: "The address must be sent as JSON." });
      return;
    }
    const { address } = request.body as { address?: unknown };
    const wanted = typeof address === "string" ? address.trim() : "";
    questions
      .ask(wanted, () => look(wanted))
      .then(
        (certificate) => response.json(certificate),
        (error: unknown) => response.status(400).json({ message: asPiKVMError(error).message }),
      );
  });
}

interface ShownCertificate {
  fingerprint: string;
  subject: string;
  valid_to: string;
}

/** Where no device is reached, but other things may be: services of a cloud, everybody at once. */
const REFUSED = new BlockList();
REFUSED.addSubnet("169.254.0.0", 16);
REFUSED.addSubnet("224.0.0.0", 3);
REFUSED.addSubnet("fe80::", 10, "ipv6");
REFUSED.addSubnet("ff00::", 8, "ipv6");

async function look(address: string): Promise<ShownCertificate> {
  // As in every setting of a node, `${NAME}` alone stands for an environment variable.
  const variable = variableIn(address);
  if (variable === undefined && referenceIn(address) !== undefined)
    throw new ConfigurationError(
      `"${address}" is not an address: a variable inside of it is not replaced; put all into one.`,
    );
  const resolved = variable === undefined ? address : process.env[variable];
  if (resolved === undefined) throw new ConfigurationError(`The environment variable ${variable} is not set.`);
  try {
    const target = parseAddress(resolved);
    await refuseStrange(target.hostname);
    const { fingerprint, subject, validTo } = await readCertificate(target, TIMEOUT);
    return { fingerprint, subject, valid_to: validTo };
  } catch (error) {
    if (variable === undefined) throw error;
    // What the variable holds is nobody's business: it need not be an address.
    throw new ConnectError(
      `No certificate could be read at the address in \${${variable}} (${asPiKVMError(error).code}).`,
    );
  }
}

/** @throws ConfigurationError for a name or number of an address where no device is. */
async function refuseStrange(hostname: string): Promise<void> {
  // A name that is not known is told when it is connected to.
  const found = await lookup(hostname, { all: true }).catch(() => []);
  const isStrange = found.some(({ address }) => REFUSED.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
  if (isStrange) throw new ConfigurationError("A link-local or multicast address is not that of a device.");
}
