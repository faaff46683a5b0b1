import { actionsQuietlyBy, type WorkOf } from "../../src/actions/action";
import type { ApiRequestOptions, Method } from "../../src/client";
import { schema } from "./schema";

type RequestWork = WorkOf<typeof schema>;

/** What is asked, and as what the answer is wanted. */
interface Call {
  method: Method;
  path: string;
  format: RequestWork["fields"]["format"];
  body?: unknown;
  /** What the answer must be, whatever its headers say. */
  contents?: ApiRequestOptions["contents"];
}

export const request = actionsQuietlyBy(schema, "call", {
  custom(work) {
    const { method, path, format } = work.fields;
    return ask(work, { method, path, format, ...(method === "GET" ? {} : { body: work.fields.body }) });
  },
  info: (work) => ask(work, { method: "GET", path: "/api/info", format: "json", contents: "result" }),
  log: (work) => ask(work, { method: "GET", path: "/api/log", format: "text", contents: "log" }),
  metrics: (work) =>
    ask(work, { method: "GET", path: "/api/export/prometheus/metrics", format: "text", contents: "metrics" }),
  redfish: (work) =>
    ask(work, { method: "GET", path: "/api/redfish/v1/Systems/0", format: "json", contents: "document" }),
});

async function ask(
  { pikvm, fields: { query, timeout, retryLogin }, signal }: RequestWork,
  { method, path, format, body, contents }: Call,
) {
  if (retryLogin) await pikvm.retryLogin({ signal });
  const options = { query, ...bodyOf(body), timeout, signal };
  const answer =
    format === "stream"
      ? await pikvm.stream(method, path, options)
      : await pikvm.request(method, path, { ...options, contents, as: format });
  const { statusCode: status_code, headers } = answer;
  return { status_code, headers, body: answer.body };
}

/** Numbers and flags go as their JSON. */
function bodyOf(body: unknown): { body?: string | object } {
  if (body === undefined || body === null || body === "") return {};
  return { body: typeof body === "string" || typeof body === "object" ? body : JSON.stringify(body) };
}
