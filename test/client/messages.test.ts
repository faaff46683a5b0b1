import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { describe, test } from "node:test";
import * as client from "../../src/client";
import { parseAddress, PiKVMError } from "../../src/client";
import { documentOf, jsonOf, refusalOf, resultOf, type Answer } from "../../src/client/http/answer";
import { clarified, withNote } from "../../src/client/errors";
import { networkError } from "../../src/client/http/network";
import { sentences } from "../../src/client/sentences";
import { bench, client as clientFor, httpServer, SIDE_BY_SIDE } from "./kit";

/** Words that have a capital letter in the middle of a sentence. */
const NAMES =
  /^(HTTPS?|TLS|PiKVM|JSON|WebSockets?|API|SSL|ATX|GPIO|PEM|Upgrade|Connection|Performing|Busy|MSD|Digit|[A-Z_0-9]+)\b/;

/** Sentences that begin where the one before has not ended. */
function runOns(message: string): string[] {
  return [...message.matchAll(/([^.!?:(\s–]["')\]]*) ([A-Z]\S*)/g)].flatMap(([place, , word = ""]) =>
    NAMES.test(word) ? [] : [`${place} in ${message}`],
  );
}

function thrownBy(work: () => unknown): PiKVMError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof PiKVMError);
    return error;
  }
  assert.fail("nothing was thrown");
}

const refused = (error_msg: string) => JSON.stringify({ ok: false, result: { error: "AnError", error_msg } });
const BODIES = {
  "a reason without a full stop": refused("Performing another operation, please try again later"),
  "a reason with a full stop": refused("The drive is busy."),
  "a reason with an exclamation mark": refused("Busy!"),
  "no reason": refused(""),
  "a page": "<html></html>",
  "plain text": "No WebSocket UPGRADE hdr: None",
  "nothing": "",
  "nginx's word on certificates": "No required SSL certificate was sent",
  "nginx's other word on certificates": "The SSL certificate error",
}; // prettier-ignore
const STATUSES = [301, 302, 400, 401, 403, 404, 405, 409, 413, 426, 429, 500, 501, 502, 503, 504];

const CODES = [
  ...["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ECONNRESET", "EPIPE", "ETIMEDOUT"],
  ...["ERR_SSL_WRONG_VERSION_NUMBER", "EPROTO", "UND_ERR_SOCKET", "UND_ERR_DESTROYED", "HPE_INVALID_CONSTANT"],
  ...["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"],
  ...["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "EMFILE", "ERR_ASSERTION", "ERR_INVALID_ARG_TYPE", "UND_ERR_NEW"],
];

describe("a message names the cause", () => {
  const page: Answer = { statusCode: 0, headers: { "content-type": "text/html" }, text: "<html></html>" };
  const causes: [statusCode: number, cause: RegExp][] = [
    [407, /login of its own/],
    [408, /did not come through in time/],
    [413, /client_max_body_size/],
    [429, /too many requests/],
  ];
  for (const [statusCode, cause] of causes) {
    test(`HTTP ${statusCode} of a web server on the way, also for a WebSocket`, () => {
      for (const isHandshake of [false, true]) {
        const { message } = refusalOf({ ...page, statusCode, isHandshake });
        assert.match(message, cause);
        assert.doesNotMatch(message, /does not pass WebSockets/);
      }
    });
  }

  test("a redirect to https is no reason to write https where that is written already", () => {
    const redirect = (address: string) =>
      refusalOf({ ...page, statusCode: 302, address, headers: { location: "https://login.example/?rd=x" } }).message;
    assert.match(redirect("http://pikvm"), /Change the device's address to https:/);
    assert.doesNotMatch(redirect("https://pikvm"), /Change the device's address/);
    assert.match(redirect("https://pikvm"), /a proxy on the way wants a login of its own/);
  });

  test("has one blank between its sentences when it has turned out what became of a request", () => {
    const lost = withNote(refusalOf({ ...page, statusCode: 500, changes: true }), "Is the storage full?");
    assert.doesNotMatch(clarified(lost, "Nothing is left.").message, / {2}/);
  });
});

describe("no sentence of a message runs on into the next", () => {
  for (const [what, text] of Object.entries(BODIES)) {
    test(`an answer with ${what}`, () => {
      const types = ["text/html", "text/plain; charset=utf-8", "application/json", undefined];
      for (const statusCode of STATUSES)
        for (const type of types)
          for (const changes of [false, true])
            for (const isHandshake of [false, true]) {
              const headers = { "content-type": type, location: "https://elsewhere/" };
              const answer: Answer = { statusCode, headers, text, changes, isHandshake };
              assert.deepEqual(runOns(refusalOf(answer).message), []);
              assert.deepEqual(runOns(withNote(refusalOf(answer), "3 of 5 were done.").message), []);
            }
    });

    test(`a success with ${what}`, () => {
      for (const changes of [false, true]) {
        const answer: Answer = { statusCode: 200, headers: { "content-type": "text/html" }, text, changes };
        for (const read of [resultOf, documentOf, jsonOf]) {
          // What one of them takes the others do not.
          const isTaken = read !== resultOf && (text.startsWith("{") || text === "");
          if (!isTaken) assert.deepEqual(runOns(thrownBy(() => read(answer)).message), []);
        }
      }
    });
  }

  test("what breaks below HTTP", () => {
    for (const code of CODES)
      for (const url of ["http://pikvm.lan", "https://pikvm.lan"])
        for (const changeSent of [false, true])
          for (const hasCertificate of [false, true]) {
            const cause = Object.assign(new Error("below"), { code });
            const error = networkError(cause, { address: parseAddress(url), changeSent, hasCertificate });
            assert.deepEqual(runOns(error.message), [], code);
          }
  });

  test("every class of error whose outcome is unknown", () => {
    const all = Object.values<unknown>(client).filter(isErrorClass);
    assert.ok(all.length >= 12);
    for (const Class of all)
      for (const message of ["The answer was lost", "It was lost.", "It was lost (in between)", "Lost?"]) {
        const details = { outcome: "unknown" } as const;
        const isApi = Class === client.APIError || Class.prototype instanceof client.APIError;
        const error = isApi ? new Class(message, { statusCode: 500 }, details) : new Class(message, details);
        assert.match(error.message, /[.?] The request had been sent: it may or may not have been carried out\.$/);
      }
  });
});

type ErrorClass = new (message: string, ...more: object[]) => PiKVMError;

function isErrorClass(value: unknown): value is ErrorClass {
  return value === PiKVMError || (typeof value === "function" && value.prototype instanceof PiKVMError);
}

test("a sentence that runs on is seen as one", () => {
  assert.equal(runOns("HTTP 502: it is not up (it may be restarting) The request had been sent: it may.").length, 1);
  assert.equal(runOns("The answer is empty Expected JSON.").length, 1);
});

test("sentences get the full stop that they lack, but not the last one", () => {
  assert.equal(sentences("It is up", "Wait"), "It is up. Wait");
  assert.equal(sentences("It is up.", "", "Wait."), "It is up. Wait.");
  assert.equal(sentences("Is it? (It may be.)", "Wait"), "Is it? (It may be.) Wait");
  assert.equal(sentences("It is not (it restarts)", "Wait"), "It is not (it restarts). Wait");
  assert.equal(sentences('It says "no."', "Wait", ""), 'It says "no." Wait');
  assert.equal(sentences(""), "");
});

describe("a proxy that does not pass WebSockets", SIDE_BY_SIDE, () => {
  /** How such a proxy, or what is behind it, answers the handshake. */
  const answers: [what: string, status: number | undefined, type: string, message: RegExp][] = [
    ["hands the request on as an ordinary one", undefined, "", /^HTTP 400: The request to open a WebSocket came through/],
    ["refuses it in plain text", 400, "text/plain", /^HTTP 400: .* A proxy on the way does not pass WebSockets: let it/],
    ["refuses it with a page", 400, "text/html", /A proxy on the way does not pass WebSockets/],
    ["wants an upgrade", 426, "text/plain", /^HTTP 426: .*A proxy on the way does not pass WebSockets/],
    ["does not know the method", 405, "text/html", /A proxy on the way does not pass WebSockets/],
    ["cannot do it", 501, "text/html", /^HTTP 501: .*A proxy on the way does not pass WebSockets/],
    ["answers with a page", 200, "text/html", /handshake was answered with HTTP 200\. .* does not pass WebSockets/],
    ["does not reach the device", 502, "text/html", /^HTTP 502: The device's web server is up/],
    ["has trouble", 500, "text/html", /^HTTP 500: The answer is a web page, perhaps of a proxy\.$/],
  ]; // prettier-ignore

  for (const [what, status, type, message] of answers) {
    test(what, async (t) => {
      const { sim } = await bench(t);
      const proxy = await httpServer(t, (request, response) => {
        if (status !== undefined && request.url?.startsWith("/api/ws")) {
          response.writeHead(status, { "Content-Type": type }).end("Bad Request");
          return;
        }
        const { upgrade, connection, ...headers } = request.headers;
        assert.ok(status !== undefined || (upgrade ?? connection) !== undefined);
        httpRequest(sim.url + (request.url ?? ""), { method: request.method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        }).end();
      });
      const kvm = await clientFor(t, { address: `http://${proxy}` });
      const events = kvm.events();
      const error = await new Promise<PiKVMError | undefined>((resolve) => {
        events.on("connection", ({ error }) => resolve(error));
      });
      await events.close();
      assert.match(error?.message ?? "", message);
      assert.deepEqual(runOns(error?.message ?? ""), []);
    });
  }
});
