import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { APIError, errorKinds } from "../../src/client";
import { resultOf } from "../../src/client/answer";
import { bench, checkError, client, failure, httpServer } from "./kit";

const CAPTURES = resolve(__dirname, "../../../../shared/captures");
const skip = existsSync(CAPTURES) ? false : "../shared/captures is not here";

interface Recording {
  name: string;
  request: { method: string; path: string };
  status?: number;
  headers?: [string, string][];
  body_json?: { ok?: boolean; result?: unknown };
  body_text?: string;
  body_base64?: string;
}

function recordings(folder: string): Recording[] {
  const path = join(CAPTURES, folder);
  if (!existsSync(path)) return [];
  const files = readdirSync(path).filter((name) => name.endsWith(".json"));
  // They were written by the recorder in this shape.
  return files.map((name) => ({ ...(JSON.parse(readFileSync(join(path, name), "utf8")) as Recording), name }));
}

/** Calls that the client makes; the answers of the others have shapes of their own. */
const CALLS =
  /^\/api\/(atx|gpio|hid|info|switch|auth\/(check|login|logout))|^\/api\/streamer(\/(set_params|reset|ocr))?$|^\/api\/msd(\/(set_params|set_connected|remove|reset|write))?$/;

const CLASS: Record<number, string> = { 401: "AuthError", 403: "AuthError", 409: "BusyError", 503: "UnavailableError" };

function classOf(status: number): string {
  return status < 400 ? "RedirectError" : (CLASS[status] ?? "APIError");
}

describe("every recorded answer", { skip }, () => {
  const all = [...recordings("kvmd-4.197/http"), ...recordings("kvmd-4.197/down")].filter(
    ({ status }) => status !== undefined,
  );

  test("there are some", () => assert.ok(all.length > 300));

  for (const { name, request, status = 0, headers = [], body_json: json, body_text: text } of all) {
    const answer = {
      statusCode: status,
      headers: Object.fromEntries(headers.map(([key, value]) => [key.toLowerCase(), value])),
      text: json === undefined ? (text ?? "") : JSON.stringify(json),
    };
    if (status < 300) {
      if (!CALLS.test(request.path) || json === undefined) continue;
      test(`${name}: the result, without loss`, () => assert.deepEqual(resultOf(answer), json.result));
    } else {
      test(`${name}: ${classOf(status)}`, () => {
        assert.throws(
          () => resultOf(answer),
          (error: unknown) => {
            const own = (json?.ok === false ? json.result : {}) as { error?: string; error_msg?: string };
            checkError(error, {
              name: classOf(status),
              code: `HTTP_${status}`,
              statusCode: status,
              error: own.error ?? "",
              errorMsg: own.error_msg ?? "",
              outcome: undefined,
            });
            assert.ok(error instanceof APIError && errorKinds(error).includes("APIError"));
            if (own.error_msg) assert.ok(error.message.includes(own.error_msg));
            return true;
          },
        );
      });
    }
  }
});

describe("transfers recorded from a device, through a client", { skip, concurrency: true }, () => {
  const REMOTE = recordings("kvmd-4.197/http").filter(({ request }) => request.path === "/api/msd/write_remote");

  test("there are some", () => assert.ok(REMOTE.length >= 8));

  for (const { name, status = 0, body_json: json, body_text: text = JSON.stringify(json) } of REMOTE) {
    test(`${name}: as its last record says`, async (t) => {
      // A failure in mid-stream breaks the connection; the recorder has noted what came before.
      const fails = text.includes('"ok": false') && status === 200;
      const address = await httpServer(t, (_, response) => {
        response.writeHead(status, { "Content-Type": "application/x-ndjson" });
        response.write(text, () => (fails ? setImmediate(() => response.destroy()) : response.end()));
      });
      const kvm = await client(t, { address: `http://${address}` });
      const last = JSON.parse(text.trim().split("\r\n").at(-1) ?? "") as { ok: boolean; result: { image?: unknown; error?: string } }; // prettier-ignore
      if (last.ok) assert.deepEqual(await kvm.msd.uploadRemote("http://x"), last.result.image);
      else {
        await failure(kvm.msd.uploadRemote("http://x"), {
          name: status === 409 ? "BusyError" : "APIError",
          statusCode: fails ? 0 : status,
          error: last.result.error ?? "",
          outcome: undefined,
        });
      }
    });
  }
});

describe("states recorded from devices, through a client", { skip, concurrency: true }, () => {
  const STATES = [
    ["atx", (kvm) => kvm.atx.getState()],
    ["hid", (kvm) => kvm.hid.getState()],
    ["msd", (kvm) => kvm.msd.getState()],
    ["msd_online", (kvm) => kvm.drive.getState()],
    ["msd_uploading", (kvm) => kvm.msd.getState()],
    ["msd_downloading", (kvm) => kvm.msd.getState()],
    ["gpio", (kvm) => kvm.gpio.getState()],
    ["streamer", (kvm) => kvm.streamer.getState()],
    ["switch", (kvm) => kvm.switch.getState()],
    ["info", (kvm) => kvm.system.info()],
    ["info_legacy0", (kvm) => kvm.system.info()],
    ["info_hw", (kvm) => kvm.system.info()],
  ] as [string, (kvm: Awaited<ReturnType<typeof bench>>["kvm"]) => Promise<unknown>][];
  for (const [name, call] of STATES) {
    test(`device-4.206/${name}.json`, async (t) => {
      const recorded = JSON.parse(readFileSync(join(CAPTURES, `device-4.206/${name}.json`), "utf8")) as Record<
        string,
        unknown
      >;
      const result = "result" in recorded ? recorded["result"] : recorded;
      const address = await httpServer(t, (_, response) => response.end(JSON.stringify({ ok: true, result })));
      assert.deepEqual(await call(await client(t, { address: `http://${address}` })), result);
    });
  }
});
