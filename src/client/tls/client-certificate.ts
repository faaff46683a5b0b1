import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { createSecureContext } from "node:tls";
import { ConfigurationError } from "../errors";

/**
 * What proves who we are to a server that asks for it in the TLS handshake, such as a proxy before the device. In PEM.
 */
export interface ClientCertificate {
  /** The certificate, followed by those of intermediate authorities where there are any. Needs a `key`. */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** Of an encrypted key. */
  passphrase?: string;
}

/**
 * Checks our own certificates before anything is sent.
 * @returns the client certificate, if there is one.
 * @throws ConfigurationError for what cannot be read, and for a key that is missing, does not open, or belongs to
 * another certificate.
 */
export function readOwnCertificates(
  { cert, key, passphrase }: ClientCertificate,
  ca: string | Buffer | (string | Buffer)[] | undefined,
): X509Certificate | undefined {
  const authorities = [ca ?? []].flat().filter(({ length }) => length > 0);
  for (const authority of authorities) certificateIn("The certificate authority", authority);
  if (isAbsent(cert) && isAbsent(key)) return undefined;
  if (isAbsent(cert)) throw new ConfigurationError("There is a key for a client certificate, but no certificate.");
  if (isAbsent(key)) throw new ConfigurationError("There is a client certificate, but no key that belongs to it.");
  const certificate = certificateIn("The client certificate", cert);
  if (!certificate.checkPrivateKey(keyIn(key, passphrase))) {
    throw new ConfigurationError("The key belongs to another certificate than the client certificate.");
  }
  try {
    createSecureContext({ cert, key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    throw new ConfigurationError(`TLS cannot use the client certificate: ${reasonOf(cause)}.`, { cause });
  }
  return certificate;
}

/**
 * @throws ConfigurationError when its time has not begun or is over: no server accepts it then, but some do not say
 * why.
 */
export function checkTime({ validFrom, validTo }: X509Certificate): void {
  const now = Date.now();
  if (now >= Date.parse(validFrom) && now <= Date.parse(validTo)) return;
  throw new ConfigurationError(
    `The client certificate is good from ${validFrom} to ${validTo} only: renew it, or set this computer's clock.`,
    { code: "CLIENT_CERTIFICATE_TIME" },
  );
}

function isAbsent(pem: string | Buffer | undefined): pem is undefined {
  return pem === undefined || pem.length === 0;
}

function certificateIn(name: string, pem: string | Buffer): X509Certificate {
  try {
    // X509Certificate takes the binary form too, but TLS does not.
    if (pem.includes("-----BEGIN ")) return new X509Certificate(pem);
  } catch (cause) {
    throw new ConfigurationError(`${name} cannot be read (${reasonOf(cause)}). Expected PEM.`, { cause });
  }
  throw new ConfigurationError(`${name} is not in PEM: it has no line "-----BEGIN CERTIFICATE-----".`);
}

function keyIn(key: string | Buffer, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    const problem = !key.includes("ENCRYPTED")
      ? `cannot be read (${reasonOf(cause)}). Expected PEM`
      : passphrase === undefined || passphrase === ""
        ? "is encrypted: give its passphrase"
        : "is not opened by the passphrase";
    throw new ConfigurationError(`The key of the client certificate ${problem}.`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "unknown reason";
}
