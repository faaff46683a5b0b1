import { callOf, without } from "./acts";
import type { Trial } from "./bench";
import { isChange } from "./exchange";
import { isAssurance, isLie } from "./strike";

/** What a message does when nothing goes wrong. */
export type Usual = Pick<Trial, "calls" | "inputs" | "exchanges" | "overSockets">;

const UNDOES = [
  /^POST \/api\/msd\/remove\?image=new\.iso$/,
  /^POST \/api\/hid\/events\/send_(key|mouse_button)\?.*state=0/,
];
const STORES = /^POST \/api\/msd\/write/;

/** Where the client may clean up once more. */
const isUndo = (call: string): boolean => UNDOES.some((pattern) => pattern.test(call));
/** A key or button that comes up: it may be told twice. */
const isRelease = (input: string): boolean => /"state":false/.test(input);

/** @returns what is wrong with it. */
export function wrongIn(trial: Trial, usual: Usual): string | undefined {
  const { results, errors, completed, calls, inputs } = trial;
  if (results + errors.length !== 1 || completed !== 1)
    return `${results} results, ${errors.length} errors and ${completed} completions`;
  const twice = without(calls, usual.calls).filter((call) => !isUndo(call));
  if (twice.length > 0) return `done more often than asked: ${twice.join(", ")}`;
  const extra = usesSocket(usual) ? without(inputs, usual.inputs).filter((input) => !isRelease(input)) : [];
  if (extra.length > 0) return `more input than asked for: ${extra.join(", ")}`;
  const [error] = errors;
  const isMisled = trial.strike !== undefined && isLie(trial.strike);
  const isAssured = trial.strike !== undefined && isAssurance(trial.strike);
  if (!error) return isAssured ? undefined : missingIn(trial, usual);
  if (error.outcome === "unknown")
    return wasSent(trial) ? undefined : `"unknown", but nothing was sent: ${error.message}`;
  if (isMisled) return undefined;
  const lost = lostIn(trial, usual);
  return lost.length === 0
    ? undefined
    : `done, but the error does not say so: ${lost.join(", ")}; ${error.name}: ${error.message}`;
}

/** Whether keyboard and mouse go over the WebSocket. */
export const usesSocket = ({ calls, inputs }: Pick<Usual, "calls" | "inputs">): boolean =>
  inputs.length > 0 && !calls.some((call) => call.includes("/api/hid/"));

function missingIn({ calls, inputs }: Trial, usual: Usual): string | undefined {
  const missing = without(usual.calls, calls);
  if (usesSocket(usual)) missing.push(...without(usual.inputs, inputs));
  return missing.length === 0 ? undefined : `a result, but not done: ${missing.join(", ")}`;
}

/** Whether the device may have got what changes it, as far as the client can know. */
const wasSent = ({ exchanges, overSockets }: Trial): boolean =>
  overSockets > 0 || exchanges.some((exchange) => isChange(exchange) && exchange.sent);

/** What was done and not answered. */
function lostIn({ calls, inputs, exchanges, isStored }: Trial, usual: Usual): string[] {
  const answered = exchanges.filter((exchange) => exchange.answered);
  const lost = without(
    calls,
    answered.map(({ method, path }) => callOf(method, path)),
  );
  const kept = lost.filter((call) => !isUndo(call) && !(STORES.test(call) && !isStored));
  return [...kept, ...(usesSocket(usual) ? inputs.filter((input) => !isRelease(input)) : [])];
}
