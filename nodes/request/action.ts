import { actionsQuietlyBy, type WorkOf } from "../../src/actions/action";
import type { Method } from "../../src/client";
import { schema } from "./schema";

type RequestWork = WorkOf<typeof schema>;

/** What is asked, and as what the answer is wanted. */
interface Call {
  method: Method;
  path: string;
  format: RequestWork["fields"]["format"];
  body?: unknown;
}

export const request = actionsQuietlyBy(schema, "call", {
  custom(work) {
    const { method, path, format } = work.fields;
    return ask(work, { method, path, format, ...(method === "GET" ? {} : { body: work.fields.body }) });
  },
  info: (work) => ask(work, { method: "GET", path: "/api/info", format: "json" }),
  log: (work) => ask(work, { method: "GET", path: "/api/log", format: "text" }),
  metrics: (work) => ask(work, { method: "GET", path: "/api/export/prometheus/metrics", format: "text" }),
  redfish: (work) => ask(work, { method: "GET", path: "/api/redfish/v1/Systems/0", format: "json" }),
});

async function ask(
  { pikvm, fields: { query, timeout, retryLogin }, signal }: RequestWork,
  { method, path, format, body }: Call,
) {
  if (retryLogin) await pikvm.retryLogin({ signal });
  const options = { query, ...bodyOf(body), timeout, signal };
  const answer =
    format === "stream"
      ? await pikvm.stream(method, path, options)
      : await pikvm.request(method, path, { ...options, as: format });
  const { statusCode: status_code, headers } = answer;
  return { status_code, headers, body: answer.body };
}

/** Numbers and flags go as their JSON. */
function bodyOf(body: unknown): { body?: string | object } {
  if (body === undefined || body === null || body === "") return {};
  return { body: typeof body === "string" || typeof body === "object" ? body : JSON.stringify(body) };
}
