/** Answers of real devices in one shape, whoever recorded them. They are not part of the package: tests skip without them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join, resolve } from "node:path";

const CAPTURES = resolve(__dirname, "../../../../shared/captures");

/** Why the tests that need them must be skipped; false when they are here. */
export const ABSENT = existsSync(CAPTURES) ? false : "../shared/captures is not here";

export interface Recorded {
  /** Folder, file, and step where a file has several. */
  name: string;
  method: string;
  path: string;
  query: URLSearchParams;
  /** Undefined where no answer came. */
  status: number | undefined;
  headers: [string, string][];
  body: Buffer;
  /** The same, where it is JSON. */
  json: { ok?: boolean; result?: Record<string, unknown> } | undefined;
  /** Not the whole of the answer was kept. */
  isPartial: boolean;
}

/** The fields of the recorders' formats, as far as they say something about an HTTP answer. */
interface Source {
  name?: string;
  method?: string;
  path?: string;
  query?: string | Record<string, string>;
  params?: Record<string, string> | null;
  request?: Source;
  status?: number;
  headers?: [string, string][];
  content_type?: string | null;
  sets_cookie?: string;
  body?: unknown;
  body_json?: unknown;
  response?: unknown;
  body_text?: string;
  text?: string;
  body_base64?: string;
  body_excerpt?: string;
  body_file?: string;
  file?: string;
  parts?: unknown;
  raw?: string;
}

export function allRecorded(): Recorded[] {
  return [...ofKvmd("http"), ...ofKvmd("down"), ...ofManifest(), ...ofStates(), ...ofSteps()];
}

/** WebSocket sessions: what the device sent, in order. */
export function recordedEvents(): { name: string; events: { event_type: string; event: unknown }[] }[] {
  const files = [
    ...namesIn("kvmd-4.197/ws", ".jsonl").map((file) => `kvmd-4.197/ws/${file}`),
    "device-4.206/ws_events.jsonl",
  ];
  return files.map((name) => ({ name, events: text(name).trim().split("\n").flatMap(eventsOfLine) }));
}

function eventsOfLine(line: string): { event_type: string; event: unknown }[] {
  type Message = { event_type: string; event: unknown };
  const { dir, text: own, msg } = JSON.parse(line) as { dir?: string; text?: Message; msg?: Message }; // two recorders' formats
  const message = msg ?? (dir === "<" ? own : undefined);
  return message === undefined ? [] : [message];
}

/** A device that gives the recorded answer to the recorded request, and `elsewhere` to all others. */
export function replaying(recorded: Recorded, elsewhere: RequestListener): RequestListener {
  const { method, status = 200, headers, body } = recorded;
  return (request, response) => {
    if (request.method !== method || pathOf(request.url ?? "") !== pathOf(recorded.path)) {
      elsewhere(request, response);
      return;
    }
    request.resume();
    for (const [name, value] of headers) if (!OWN_HEADERS.test(name)) response.appendHeader(name, value);
    response.statusCode = status;
    response.write(body, () => (breaksOff(recorded) ? setImmediate(() => response.destroy()) : response.end()));
    if (body.length === 0) response.end();
  };
}

/** A failure in mid-stream breaks the connection; the recorders have noted what came before. */
export function breaksOff({ status, body }: Recorded): boolean {
  return status === 200 && body.includes('{"ok": false');
}

/** Those that depend on the connection. */
const OWN_HEADERS = /^(connection|content-length|transfer-encoding|date)$/i;

/** Redfish is served at both. */
function pathOf(url: string): string {
  return (url.split("?")[0] ?? "").replace(/^\/redfish/, "/api/redfish");
}

function ofKvmd(folder: string): Recorded[] {
  return namesIn(`kvmd-4.197/${folder}`, ".json").map((file) => {
    const path = `kvmd-4.197/${folder}/${file}`;
    return recordedFrom(path.replace(/\.json$/, ""), json(path) as Source);
  });
}

function ofManifest(): Recorded[] {
  const { captures } = json("device-4.206/_manifest.json") as { captures: Record<string, Source> };
  return Object.values(captures).map((source) => recordedFrom(`device-4.206/${source.file ?? ""}`, source));
}

/** Scenarios that are nothing but one answer. */
function ofStates(): Recorded[] {
  return ["msd_downloading", "msd_image", "msd_online", "msd_uploading"].map((name) =>
    recordedFrom(`device-4.206/${name}`, { method: "GET", path: "/api/msd", status: 200, file: `${name}.json` }),
  );
}

function ofSteps(): Recorded[] {
  const files = ["auth_roundtrip", "msd_write", "redfish_actions", "ws_handshake", "media_stream", "janus_session"];
  return files.flatMap((file) => {
    const { steps } = json(`device-4.206/${file}.json`) as { steps: Source[] };
    const answers = steps.filter(({ status }) => status !== undefined);
    const fallback = file === "ws_handshake" ? { method: "GET", path: "/api/ws" } : {};
    return answers.map((step) => recordedFrom(`device-4.206/${file}/${step.name ?? ""}`, { ...fallback, ...step }));
  });
}

function recordedFrom(name: string, source: Source): Recorded {
  const { method = "", path = "", query, params } = source.request ?? source;
  const content = contentOf(source);
  const type: [string, string][] = source.content_type ? [["Content-Type", source.content_type]] : [];
  const cookie: [string, string][] = source.sets_cookie
    ? [["Set-Cookie", `${source.sets_cookie}=${"0".repeat(64)}`]]
    : [];
  return {
    name,
    method,
    path,
    query: new URLSearchParams(query ?? params ?? {}),
    status: source.status,
    headers: source.headers ?? [...type, ...cookie],
    ...content,
    isPartial: source.parts !== undefined || source.raw !== undefined,
  };
}

function contentOf(source: Source): { body: Buffer; json: Recorded["json"] } {
  const stored = source.file ?? source.body_file;
  if (stored?.endsWith(".json")) return contentOf({ body_json: json(`device-4.206/${stored}`) });
  if (stored !== undefined) return contentOf({ body_text: text(`device-4.206/${stored}`) });
  const value = source.body_json ?? source.body ?? source.response;
  const page = value as { text?: unknown } | null | undefined; // one recorder puts a page's text there
  if (typeof page?.text === "string") return contentOf({ body_text: page.text });
  if (value !== undefined && value !== null) {
    const known = value as NonNullable<Recorded["json"]>; // all of these devices' JSON is objects
    return { body: Buffer.from(JSON.stringify(value)), json: known };
  }
  if (source.body_base64 !== undefined) return { body: Buffer.from(source.body_base64, "base64"), json: undefined };
  return { body: Buffer.from(source.body_text ?? source.text ?? source.body_excerpt ?? ""), json: undefined };
}

function namesIn(folder: string, suffix: string): string[] {
  return readdirSync(join(CAPTURES, folder)).filter((name) => name.endsWith(suffix)).sort(); // prettier-ignore
}

function text(path: string): string {
  return readFileSync(join(CAPTURES, path), "utf8");
}

function json(path: string): unknown {
  return JSON.parse(text(path));
}
