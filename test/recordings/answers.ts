/** Answers of real devices in one shape, whoever recorded them. */
import { deviceFolders, filesIn, jsonOf, textOf } from "./files";

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
  return [...ofExchanges(), ...ofManifest(), ...ofStates(), ...ofSteps()];
}

/** A failure in mid-stream breaks the connection; the recorders have noted what came before. */
export function breaksOff({ status, body }: Recorded): boolean {
  return status === 200 && body.includes('{"ok": false');
}

function ofExchanges(): Recorded[] {
  const folders = deviceFolders().flatMap((device) => [`${device}/http`, `${device}/down`]);
  const files = folders.flatMap((folder) => filesIn(folder, ".json"));
  return files.map((file) => recordedFrom(file.replace(/\.json$/, ""), jsonOf(file) as Source));
}

function ofManifest(): Recorded[] {
  const { captures } = jsonOf("device-4.206/_manifest.json") as { captures: Record<string, Source> };
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
    const { steps } = jsonOf(`device-4.206/${file}.json`) as { steps: Source[] };
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
  if (stored?.endsWith(".json")) return contentOf({ body_json: jsonOf(`device-4.206/${stored}`) });
  if (stored !== undefined) return contentOf({ body_text: textOf(`device-4.206/${stored}`) });
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
