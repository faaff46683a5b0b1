import { asPiKVMError } from "../actions/thrown";
import {
  AuthError,
  APIError,
  ConfigurationError,
  ConnectError,
  ConnectionTimeoutError,
  parseAddress,
  PiKVM,
  PiKVMError,
  readCertificate,
  ResponseError,
  type Address,
  type Certificate,
  type PiKVMOptions,
  type Trust,
} from "../client";
import { fingerprintIn } from "../client/vocabulary";
import { REAL_CLOCK } from "../client/clock";
import { problemOf, type Problem } from "./admin";
import { absenceIn, PARTS, type Said } from "./connect-parts";
import { findOut } from "./whereabouts";

/** How far the way to a device has come. */
export interface Told extends Partial<Problem> {
  step: string;
  /** `asks`: it goes on when somebody trusts the certificate. */
  is: Said["is"] | "asks" | "failed";
  says?: string;
  values?: Said["values"];
  image?: string;
  certificate?: ShownCertificate;
}

interface ShownCertificate {
  fingerprint: string;
  subject: string;
  valid_from: string;
  valid_to: string;
  self_signed: boolean;
  /** The fingerprint that is trusted, of another certificate. */
  trusted?: string;
}

export interface Wish {
  /** @throws ConfigurationError for what is in the dialog and cannot be. */
  options: () => PiKVMOptions;
  /** What a login in front of the device wants. @throws as `login`. */
  headers: () => Readonly<Record<string, string>>;
  /** @throws ConfigurationError `PASSWORD_ELSEWHERE`. */
  login: () => Pick<PiKVMOptions, "password" | "totpSecret">;
  /** Called when the device has let us in. */
  accepted: () => Promise<void>;
  /** Looks with the client of the deployed device, if that is the same; a video of our own would disturb its keys. */
  lookWith: (kvm: PiKVM, look: (kvm: PiKVM) => Promise<Said>) => Promise<Said>;
  signal: AbortSignal;
}

/** Where the words of a login are kept, and the seconds for which a session stays there. */
const CHECK = "/api/auth/check";
const SESSION = 300;
/** Seconds by which two clocks may differ: two-factor codes last as long. */
const SKEW = 30;

/** A step that has gone wrong, after which there are no others. */
class Stop extends Error {
  readonly told: Told;

  constructor(step: string, thrown: unknown, more: Partial<Told> = {}) {
    super(step);
    this.told = { step, is: "failed", ...problemOf(thrown), ...more };
  }
}

/**
 * Connects to a device step by step and changes nothing there. No password is sent to whoever is not trusted, nor to
 * what is no PiKVM.
 */
export async function* connect(wish: Wish): AsyncGenerator<Told, void, undefined> {
  try {
    yield* way(wish);
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
    yield thrown.told;
  }
}

async function* way(wish: Wish): AsyncGenerator<Told, void, undefined> {
  const { signal } = wish;
  const { options, address } = await at("name", () => {
    const options = wish.options();
    if (options.address.trim() === "") throw new ConfigurationError("There is no address.", { code: "NO_ADDRESS" });
    return { options, address: parseAddress(options.address) };
  });
  const { isNamed, lookup } = await at("name", () => findOut(address, signal));
  yield { step: "name", is: "ok", says: isNamed ? "found" : "number" };
  const cautious: PiKVMOptions = { ...options, lookup, readOnly: true, videoIdle: 0, sessionExpire: SESSION };

  const certificate = address.secure ? await certificateAt(address, cautious, signal) : undefined;
  if (certificate) {
    yield REACHED;
    const doubt = doubtOf(certificate, options.trust);
    if (doubt) {
      yield doubt;
      return;
    }
  }
  const safe = { ...cautious, headers: await at("pikvm", wish.headers) };
  const greeting = await greeted(safe, certificate, signal);
  if (certificate) yield { step: "certificate", ...trustedAs(options.trust), certificate: shown(certificate) };
  else yield* [REACHED, { step: "certificate", is: "doubtful", says: "plain" } as const];
  if (greeting instanceof Error) throw new Stop("pikvm", greeting);
  const { everybody } = greeting;
  yield { step: "pikvm", is: "ok", says: "kvmd" };

  const login = await at("login", wish.login);
  if (!everybody && (options.user ?? "") !== "" && !login.password)
    throw new Stop("login", new ConfigurationError("There is no password.", { code: "NO_PASSWORD" }));
  const kvm = await at("login", () => new PiKVM({ ...safe, ...login }).open());
  try {
    const date = await at("login", async () => (await kvm.request("GET", CHECK, { signal })).headers["date"]);
    yield { step: "login", is: "ok", says: everybody ? "everybody" : "accepted", values: { user: options.user ?? "" } };
    // What becomes of other nodes is theirs to tell.
    wish.accepted().catch(() => undefined);
    yield* clockStep(date, (login.totpSecret ?? "") !== "");
    yield* parts(kvm, wish, options.power?.knownBy ?? "led");
  } finally {
    await kvm.close();
  }
}

const REACHED: Told = { step: "reachable", is: "ok", says: "answers" };

/** The result of what belongs to a step. @throws Stop for what goes wrong. */
async function at<T>(step: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw new Stop(step, thrown);
  }
}

/** What goes wrong once somebody is there. */
const OF_TLS = ["no_tls", "own_certificate"];

async function certificateAt(address: Address, options: PiKVMOptions, signal: AbortSignal): Promise<Certificate> {
  const { connectTimeout = 10, proxy, lookup } = options;
  try {
    return await readCertificate(address, connectTimeout, { proxy, lookup, signal });
  } catch (error) {
    throw new Stop(OF_TLS.includes(problemOf(error).advice ?? "") ? "certificate" : "reachable", error);
  }
}

/** Why the certificate must be looked at by a person, if so. */
function doubtOf(certificate: Certificate, trust: PiKVMOptions["trust"]): Told | undefined {
  if (typeof trust !== "object" || !("fingerprint" in trust)) return undefined;
  const trusted = fingerprintIn(trust.fingerprint);
  if (trusted === certificate.fingerprint) return undefined;
  const { isSelfSigned } = certificate;
  if (trusted === undefined)
    return {
      step: "certificate",
      is: "asks",
      says: isSelfSigned ? "selfSigned" : "unknown",
      certificate: shown(certificate),
    };
  const error = new ConnectError("The device presents another certificate than the pinned one.", {
    code: "FINGERPRINT_MISMATCH",
  });
  return { step: "certificate", is: "asks", ...problemOf(error), certificate: { ...shown(certificate), trusted } };
}

function shown({ fingerprint, subject, validFrom, validTo, isSelfSigned }: Certificate): ShownCertificate {
  return { fingerprint, subject, valid_from: validFrom, valid_to: validTo, self_signed: isSelfSigned };
}

function trustedAs(trust: PiKVMOptions["trust"] = "system"): Pick<Told, "is" | "says"> {
  if (trust === "none" || isUnchecked(trust)) return { is: "doubtful", says: "unchecked" };
  const isPinned = typeof trust === "object" && "fingerprint" in trust;
  return { is: "ok", says: isPinned ? "pinned" : "signed" };
}

const isUnchecked = (trust: Trust): boolean =>
  typeof trust === "object" && "verify" in trust && !(trust.verify ?? true);

/**
 * Asks who is there without a login, with the trust that the device has.
 * @returns whether everybody is let in, or what is wrong with whoever is there. @throws Stop when nobody is.
 */
async function greeted(
  options: PiKVMOptions,
  certificate: Certificate | undefined,
  signal: AbortSignal,
): Promise<{ everybody: boolean } | PiKVMError> {
  // Where nothing is offered nothing is refused: the answers do not count with the refusals of a login.
  const clock = Object.create(REAL_CLOCK) as typeof REAL_CLOCK;
  const nobody = await at("certificate", () =>
    new PiKVM({ ...options, user: "", password: "", totpSecret: "", clock }).open(),
  );
  try {
    const { body } = await nobody.request("GET", CHECK, { signal });
    if (typeof body === "object" && body !== null && "ok" in body) return { everybody: true };
    return notPiKVM(200);
  } catch (thrown) {
    const error = asPiKVMError(thrown);
    if (error instanceof AuthError && error.error !== "") return { everybody: false };
    // A login of something before the device, which ours may be meant for.
    if (error instanceof AuthError && options.auth === "basic") return { everybody: false };
    if (error instanceof ConnectError && certificate)
      throw new Stop("certificate", error, { is: "asks", certificate: shown(certificate) });
    if (error instanceof ConnectError || error instanceof ConnectionTimeoutError) throw new Stop("reachable", error);
    return isForeign(error) ? notPiKVM(error.statusCode) : error;
  } finally {
    await nobody.close();
  }
}

/** Whether an answer shows that no kvmd is there, nor the web server that usually stands before it. */
function isForeign(error: unknown): error is APIError {
  return (
    error instanceof APIError && error.error === "" && (error instanceof ResponseError || error.statusCode === 404)
  );
}

function notPiKVM(statusCode: number): ResponseError {
  return new ResponseError("What answers is no PiKVM.", { statusCode }, { code: "NOT_PIKVM" });
}

/** @param date of the device, as its web server writes it. */
function* clockStep(date: string | string[] | undefined, usesCodes: boolean): Generator<Told> {
  const skew = Math.round((Date.now() - Date.parse(String(date))) / 1000);
  if (Number.isNaN(skew)) return;
  const isRight = Math.abs(skew) < SKEW;
  if (isRight && !usesCodes) return;
  const says = isRight ? "agree" : skew > 0 ? "behind" : "ahead";
  yield { step: "clock", is: isRight ? "ok" : "doubtful", says, values: { seconds: Math.abs(skew) } };
}

async function* parts(kvm: PiKVM, { lookWith, signal }: Wish, powerKnownBy: string): AsyncGenerator<Told> {
  const seen = {
    hasPicture: false,
    isLit: false,
    lookWith: (look: (kvm: PiKVM) => Promise<Said>) => lookWith(kvm, look),
    powerKnownBy,
  };
  for (const [step, part] of PARTS) {
    try {
      yield { step, ...(await part(kvm, signal, seen)) };
    } catch (thrown) {
      const error = asPiKVMError(thrown);
      const absence = absenceIn(error);
      if (signal.aborted) return;
      yield { step, ...(absence ?? { is: "failed", ...problemOf(error) }) };
      // The others would have to wait as long for the same.
      if (error instanceof ConnectError || error instanceof ConnectionTimeoutError) return;
    }
  }
}
