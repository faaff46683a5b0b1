import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { describe, test } from "node:test";
import { client, failure, httpServer, SIDE_BY_SIDE } from "./kit";
import { allRecorded, breaksOff, type Recorded } from "../recordings/answers";
import { replaying, replayOf, type Replay } from "./replay";

const NO_ANSWER = "no answer was recorded; how connections fail is in errors.test.ts";
const OTHER_METHOD = "the client sends neither HEAD nor OPTIONS";
const UPGRADED = "a WebSocket that was opened; its events are in merge.test.ts and types.test.ts";
const PARTIAL = "only parts of the answer were kept";

/** Why an answer cannot be replayed; empty when it can. */
function obstacle({ status, method, isPartial }: Recorded): string {
  if (status === undefined) return NO_ANSWER;
  if (status === 101) return UPGRADED;
  if (method === "HEAD" || method === "OPTIONS") return OTHER_METHOD;
  return isPartial ? PARTIAL : "";
}

const CLASS: Record<number, string> = { 401: "AuthError", 403: "AuthError", 409: "BusyError", 503: "UnavailableError" };

function classOf(status: number): string {
  return status > 0 && status < 400 ? "RedirectError" : (CLASS[status] ?? "APIError");
}

interface Refusal {
  status: number;
  error: string;
  errorMsg: string;
}

/** What an answer that is not a success says of itself. */
function refusalIn(recorded: Recorded): Refusal | undefined {
  const { status = 0, json, body } = recorded;
  if (status < 300 && !breaksOff(recorded)) return undefined;
  const last = breaksOff(recorded) ? (JSON.parse(body.toString().trim().split("\r\n").at(-1) ?? "") as Recorded["json"]) : json; // prettier-ignore
  const { error = "", error_msg: errorMsg = "" } = (last?.ok === false ? last.result : undefined) ?? {};
  return { status: status < 300 ? 0 : status, error: String(error), errorMsg: String(errorMsg) };
}

async function assertRefusal(
  work: Promise<unknown>,
  { status, error, errorMsg }: Refusal,
  { changes }: Replay,
  hasEnvelope: boolean,
) {
  const isUnknown = changes && status >= 500 && !hasEnvelope;
  const { message } = await failure(work, {
    name: classOf(status),
    kinds: [classOf(status), ...(classOf(status) === "APIError" ? [] : ["APIError"]), "PiKVMError"],
    code: status === 0 ? "NOT_OK" : `HTTP_${status}`,
    statusCode: status,
    error,
    errorMsg,
    outcome: isUnknown ? "unknown" : undefined,
    retryable: [409, 502, 503].includes(status) && !isUnknown,
  });
  assert.ok(message.includes(errorMsg), message);
}

describe("every recorded answer, through the client", SIDE_BY_SIDE, () => {
  const all = allRecorded();
  const replayed = all.filter((recorded) => obstacle(recorded) === "");

  test(`${replayed.length} of ${all.length} are replayed`, (t) => {
    const reasons = new Map<string, string[]>();
    for (const one of all.filter((each) => obstacle(each) !== "")) {
      reasons.set(obstacle(one), [...(reasons.get(obstacle(one)) ?? []), one.name]);
    }
    for (const [reason, names] of reasons) t.diagnostic(`${names.length} are not: ${reason} (${names.join(", ")})`);
    assert.ok(replayed.length >= 452);
    assert.deepEqual([...reasons.keys()].sort(), [NO_ANSWER, OTHER_METHOD, UPGRADED, PARTIAL].sort());
  });

  test("the calls that have a method go through it", () => {
    const without = replayed.filter((one) => replayOf(one)?.run.name === "ask").map(({ method, path }) => `${method} ${path}`); // prettier-ignore
    assert.deepEqual([...new Set(without)].sort(), [
      "GET /",
      "GET /api",
      "GET /api/",
      "GET /api//atx",
      "GET /api/atx/",
      "GET /api/info/",
      "GET /api/media",
      "GET /api/media/ws",
      "GET /api/ws/",
      "GET /janus/ws",
      "GET /login",
      "GET /streamer/nope",
      "GET /streamer/snapshot",
      "POST /api/atx",
      "POST /api/atx/click/",
      "POST /api/redfish/v1/Systems/0/Actions/ComputerSystem.SetDefaultBootOrder",
    ]);
  });

  const streamer = all.find(
    ({ method, path, status }) => method === "GET" && path === "/api/streamer" && status === 200,
  );
  const listening = all.find(({ name }) => name.endsWith("/hid-state-online"));

  for (const recorded of replayed) {
    const refusal = refusalIn(recorded);
    const title = refusal ? `${classOf(refusal.status)}${refusal.error && ` ${refusal.error}`}` : "without loss";
    test(`${recorded.name}: ${title}`, async (t) => {
      const replay = replayOf(recorded);
      assert.ok(replay);
      // Settings of the video are checked against the device's limits first, and whether a host listens when a text was typed.
      const nowhere: RequestListener = (_, response) => response.writeHead(418).end();
      const elsewhere = replaying({ ...recorded, ...streamer }, replaying({ ...recorded, ...listening }, nowhere));
      const kvm = await client(t, { address: `http://${await httpServer(t, replaying(recorded, elsewhere))}` });
      const work = replay.run(kvm, recorded);
      if (refusal) await assertRefusal(work, refusal, replay, recorded.json?.ok === false);
      else {
        assert.deepEqual(await work, replay.expected(recorded));
        if (replay.expected(recorded) === undefined)
          assert.deepEqual(recorded.json?.result ?? {}, {}, "nothing is lost");
      }
    });
  }
});
