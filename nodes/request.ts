import type { Method } from "../src/client";
import { ANSWER_FORMATS, REQUEST_CALLS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { anything, choice, query, seconds, text } from "../src/runtime/fields";

type Format = (typeof ANSWER_FORMATS)[number];
type UsualCall = Exclude<(typeof REQUEST_CALLS)[number], "custom">;

const USUAL: Record<UsualCall, { path: string; format: Format }> = {
  info: { path: "/api/info", format: "json" },
  log: { path: "/api/log", format: "text" },
  metrics: { path: "/api/export/prometheus/metrics", format: "text" },
  redfish: { path: "/api/redfish/v1/Systems/0", format: "json" },
};

const call = choice(REQUEST_CALLS);
const method = choice(["get", "post", "patch", "delete"]);
const format = choice(ANSWER_FORMATS);

export = defineAction("pikvm-request", {
  fields: {
    call,
    method,
    path: text(),
    query: query(),
    body: anything(),
    format,
    timeout: seconds({ min: 0.1, max: 3600 }),
  },
  async perform({ pikvm, fields, signal }) {
    const { call, timeout } = fields;
    const usual = call === "custom" ? undefined : USUAL[call];
    // The list of methods is the same in upper case.
    const method = usual ? "GET" : (fields.method.toUpperCase() as Method);
    const { path, format } = usual ?? { path: fields.path, format: fields.format };
    const body = method === "GET" ? {} : bodyOf(fields.body);
    const options = { query: fields.query, ...body, timeout, signal };
    const answer =
      format === "stream"
        ? await pikvm.stream(method, path, options)
        : await pikvm.request(method, path, { ...options, as: format });
    const { statusCode: status_code, headers } = answer;
    return { status_code, headers, body: answer.body };
  },
});

/** Numbers and flags go as their JSON. */
function bodyOf(body: unknown): { body?: string | object } {
  if (body === undefined || body === null || body === "") return {};
  return { body: typeof body === "string" || typeof body === "object" ? body : JSON.stringify(body) };
}
