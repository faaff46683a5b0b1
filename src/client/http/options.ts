import type { LookupFunction } from "node:net";
import { ConfigurationError } from "../errors";
import { isRecord } from "./shape";
import type { AccessOptions } from "../login/access";
import type { Trust } from "../tls/trust";
import { AUTH_METHODS } from "../vocabulary";

/** How to reach a device, and who we are to it. */
export interface TransportOptions extends AccessOptions {
  /** `host`, `host:port`, or an http(s) URL, possibly with a sub-path. */
  address: string;
  /** Default `"system"`: a certificate signed by an authority that the system knows. */
  trust?: Trust;
  /**
   * HTTP proxy on the way to the device, `http://[user:password@]host:port`; everything runs in a tunnel through it
   * (`CONNECT`). Special characters of user and password are percent-encoded. Default none; the environment's
   * `HTTPS_PROXY` is not used.
   */
  proxy?: string | undefined;
  /** Looks names up instead of the system: for who knows already where the device is. Not used with a proxy. */
  lookup?: LookupFunction | undefined;
  /** Seconds for TCP and TLS, the proxy included, up to 3600. Default 10. */
  connectTimeout?: number;
  /** Seconds for an ordinary answer, up to 3600. Default 30. */
  timeout?: number;
  /** Refuse everything that changes the device, before it is sent. */
  readOnly?: boolean;
}

/** Seconds. A timer that is set to more than it can count goes off at once. */
const TIME = { min: 0.001, max: 3600 };

type Check = [expected: string, isRight: (value: unknown) => boolean];

const TEXT: Check = ["a text", isText];
const SECONDS: Check = [
  `a number of seconds, ${TIME.min} to ${TIME.max}`,
  (value) => typeof value === "number" && value >= TIME.min && value <= TIME.max,
];
const FLAG: Check = ["true or false", isFlag];

const CHECKS: Record<keyof TransportOptions, Check> = {
  address: TEXT,
  user: TEXT,
  password: TEXT,
  totpSecret: TEXT,
  auth: [`one of: ${AUTH_METHODS.join(", ")}`, (value) => AUTH_METHODS.some((method) => method === value)],
  sessionExpire: [
    "a number of seconds, 0 or more",
    (value) => typeof value === "number" && value >= 0 && Number.isFinite(value),
  ],
  clock: ["a clock: now() and setTimeout()", isClock],
  trust: ['"system", "none", { fingerprint } or certificates in PEM', isTrust],
  proxy: TEXT,
  lookup: ["a function as dns.lookup", (value) => typeof value === "function"],
  connectTimeout: SECONDS,
  timeout: SECONDS,
  readOnly: FLAG,
};

/**
 * Checks the options at run time, for callers without TypeScript. What is absent or undefined takes its default.
 * @throws ConfigurationError that names the option and says what it may be; the message does not repeat what was given.
 */
export function checkOptions(options: TransportOptions): void {
  if (!isRecord(options)) throw new ConfigurationError("The options of a PiKVM must be an object with an address.");
  for (const [name, [expected, isRight]] of Object.entries(CHECKS)) {
    const value = options[name];
    const isMissing = value === undefined && name !== "address";
    if (!isMissing && !isRight(value)) throw new ConfigurationError(`The option "${name}" must be ${expected}.`);
  }
}

function isTrust(value: unknown): boolean {
  if (value === "system" || value === "none") return true;
  if (!isRecord(value)) return false;
  if ("fingerprint" in value) return isText(value["fingerprint"]);
  const { ca, cert, key, passphrase, servername, verify } = value;
  const isPem = (pem: unknown): boolean => isText(pem) || Buffer.isBuffer(pem);
  return (
    (Array.isArray(ca) ? ca : [ca]).every(absentOr(isPem)) &&
    [cert, key].every(absentOr(isPem)) &&
    [passphrase, servername].every(absentOr(isText)) &&
    absentOr(isFlag)(verify)
  );
}

function isClock(value: unknown): boolean {
  return isRecord(value) && typeof value["now"] === "function" && typeof value["setTimeout"] === "function";
}

function absentOr(check: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || check(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isFlag(value: unknown): boolean {
  return typeof value === "boolean";
}
