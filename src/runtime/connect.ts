import { isDeepStrictEqual } from "node:util";
import type { Values } from "../actions/action";
import { ConfigurationError, ConnectionTimeoutError, parseAddress, type PiKVMOptions } from "../client";
import type { Fields } from "../schema/field";
import { secretsOf, typeOf, type NodeSchema } from "../schema/node";
import { defaultsOf, UNSEEN } from "../schema/stored";
import { variableIn } from "../schema/variable";
import { route, Turns, type AdminRequest, type AdminResponse, type Route } from "./admin";
import { connect, type Told, type Wish } from "./connect-steps";
import { findInEditor, type Device } from "./device";
import type { FlowNode, NodeAPI } from "./red";
import { secretsIn, settingsIn } from "./stored";

/** Seconds after which nobody waits in the dialog any more. */
const TIMEOUT = 120;
/** Seconds for one answer, where the device's own limits are for patient flows. */
const PATIENCE = 10;

type Secrets = Record<string, string>;

/** How the settings of a device become options. */
interface Dialog<F extends Fields> {
  schema: NodeSchema<F>;
  optionsOf: (RED: NodeAPI, settings: Values<F>, secrets: Secrets) => PiKVMOptions;
}

/** A dialog of the device, as it is filled in. */
interface Form {
  id: string;
  fields: Record<string, unknown>;
  secrets: Secrets;
}

/**
 * Lets the device dialog connect with what is in its form: `POST pikvm/connect` answers a line of JSON for each step,
 * and `{"step":"end"}` at last. Whoever hangs up ends it.
 */
export const connectRoute = <F extends Fields>(dialog: Dialog<F>): Route =>
  route({ method: "post", path: "pikvm/connect", permission: "write" }, (RED) => {
    const turns = new Turns(2, 60);
    return async (request, response) => {
      const form = formIn(request, dialog.schema);
      const end = turns.take();
      const stop = new AbortController();
      response.on("close", () => stop.abort());
      const late = () => stop.abort(new ConnectionTimeoutError(`It took longer than ${TIMEOUT} s.`));
      const timer = setTimeout(late, TIMEOUT * 1000);
      try {
        await tell(response, connect(wishOf(RED, dialog, form, stop.signal)), usesVariables(form));
      } finally {
        clearTimeout(timer);
        end();
      }
    };
  });

/** @param isPrivate what variables hold is nobody's business: errors may quote it. */
async function tell(response: AdminResponse, steps: AsyncIterable<Told>, isPrivate: boolean): Promise<void> {
  response.type("application/x-ndjson");
  // A proxy would hold back the steps until all are there.
  response.set("X-Accel-Buffering", "no");
  response.flushHeaders();
  for await (const { problem, ...told } of steps) {
    const words = isPrivate || problem === undefined ? {} : { problem };
    response.write(`${JSON.stringify({ ...told, ...words })}\n`);
  }
  response.end('{"step":"end"}\n');
}

function wishOf<F extends Fields>(RED: NodeAPI, dialog: Dialog<F>, form: Form, signal: AbortSignal): Wish {
  const device = findInEditor(form.id);
  const place = RED.nodes.getNode(device?.id ?? "") as FlowNode<Secrets> | null;
  const put = (text: string) => withVariable(RED, place, text);
  const options = () => optionsOf(RED, dialog, form, put);
  const stored = () => storedFor(device, options(), () => (place ? secretsIn(RED, dialog.schema, place) : {}));
  const secret = (name: string) => secretOf(name, form.secrets[name] ?? "", put, stored);
  const login = () => ({ password: secret("password"), totpSecret: secret("totpSecret") });
  const headers = () => headersOf(RED, dialog, form, secret);
  const all = () => ({ ...options(), headers: headers(), ...login() });
  return {
    signal,
    options,
    headers,
    login,
    async accepted() {
      // Nodes whose login was refused go on at once.
      if (device && isSame(device, all())) await device.retryLogin();
    },
    async lookWith(own, look) {
      if (!device || !isSame(device, all())) return look(own);
      const user = {};
      try {
        return await look(await device.join(user));
      } finally {
        await device.leave(user);
      }
    },
  };
}

/** @throws ConfigurationError. */
function optionsOf<F extends Fields>(
  RED: NodeAPI,
  { schema, optionsOf }: Dialog<F>,
  { fields }: Form,
  put: (text: string) => string,
): PiKVMOptions {
  const texts = Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? put(value) : value]);
  const stored = { ...defaultsOf(schema), ...Object.fromEntries(texts) } as Record<string, unknown>;
  // Their values are secrets, which come later.
  const settings = settingsIn(RED, schema, nodeOf(schema, { ...stored, headers: [] }), "the dialog");
  const { connectTimeout, timeout, ...options } = optionsOf(RED, settings, {});
  const limited = (seconds = PATIENCE) => Math.min(seconds, PATIENCE);
  return { ...options, connectTimeout: limited(connectTimeout), timeout: limited(timeout) };
}

/** A node of its own, which no flow file has. */
const nodeOf = (schema: NodeSchema, stored: Record<string, unknown>) => ({
  ...stored,
  id: "",
  type: typeOf(schema),
  name: "",
  z: "",
});

/** @throws ConfigurationError for a header without a value; what `secret` throws. */
function headersOf<F extends Fields>(
  RED: NodeAPI,
  { schema, optionsOf }: Dialog<F>,
  { fields }: Form,
  secret: (name: string) => string,
): Readonly<Record<string, string>> {
  const { headers } = fields;
  if (!Array.isArray(headers) || headers.length === 0) return {};
  const settings = settingsIn(RED, schema, nodeOf(schema, { ...defaultsOf(schema), headers }), "the dialog");
  const names = headers.map((_, index) => `header${index + 1}`);
  return optionsOf(RED, settings, Object.fromEntries(names.map((name) => [name, secret(name)]))).headers ?? {};
}

/** @throws ConfigurationError for a variable that is not set; what `stored` throws. */
function secretOf(name: string, text: string, put: (text: string) => string, stored: () => Secrets): string {
  if (text === UNSEEN) return stored()[name] ?? "";
  const value = put(text);
  if (value !== text || variableIn(text) === undefined) return value;
  throw new ConfigurationError("An environment variable for a secret is not set.", { code: "VARIABLE_NOT_SET" });
}

/**
 * What is stored of the deployed device, which only its own address may get: else whoever may press Connect could have
 * it sent to himself.
 */
function storedFor(device: Device | undefined, options: PiKVMOptions, secrets: () => Secrets): Secrets {
  const stored = device?.options();
  if (!stored || !isSameAddress(stored, options))
    throw new ConfigurationError("The stored password is only for the deployed address.", {
      code: "PASSWORD_ELSEWHERE",
    });
  return secrets();
}

/** Whether something is sent to the same place; a proxy on the way sees what is not encrypted. */
function isSameAddress(one: Pick<PiKVMOptions, "address" | "proxy">, other: typeof one): boolean {
  const place = ({ address, proxy }: typeof one) => {
    const { origin, path } = parseAddress(address);
    return [origin, path, proxy];
  };
  return isDeepStrictEqual(place(one), place(other));
}

/** Whether the dialog has what is deployed, as far as it is about the way to the device. */
function isSame(device: Device, options: PiKVMOptions): boolean {
  const way = ({ address, proxy, headers, user, password, totpSecret, auth, trust }: PiKVMOptions) =>
    [address, proxy, headers, user, password, totpSecret, auth, trust] as const;
  try {
    return isDeepStrictEqual(way(device.options()), way(options));
  } catch {
    return false;
  }
}

/** Node-RED puts variables in when it makes a node; in a dialog that has not happened yet. */
function withVariable(RED: NodeAPI, node: FlowNode | null, text: string): string {
  const variable = variableIn(text);
  if (variable === undefined) return text;
  // It is undefined for a variable that is not set, which Node-RED's types leave out.
  const value = node ? (RED.util.getSetting(node, variable) as unknown) : process.env[variable];
  return typeof value === "string" ? value : text;
}

const usesVariables = ({ fields, secrets }: Form): boolean =>
  [...Object.values(fields), ...Object.values(secrets)].some(
    (value) => typeof value === "string" && variableIn(value) !== undefined,
  );

/** Only what a dialog of this schema has is read. @throws ConfigurationError. */
function formIn({ body }: AdminRequest, schema: NodeSchema): Form {
  const { id, fields, secrets } = recordOf(body);
  const [given, hidden] = [recordOf(fields), recordOf(secrets)];
  const isKnown = (value: unknown) =>
    ["string", "boolean"].includes(typeof value) ||
    (Array.isArray(value) && value.every((one) => typeof one === "string"));
  const known = Object.keys(schema.fields).filter((name) => isKnown(given[name]));
  const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
  return {
    id: textOf(id),
    fields: Object.fromEntries(known.map((name) => [name, given[name]])),
    secrets: Object.fromEntries(secretsOf(schema).map((name) => [name, textOf(hidden[name])])),
  };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};
