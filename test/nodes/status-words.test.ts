import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import * as client from "../../src/client";
import { PiKVMError } from "../../src/client";
import { Reach } from "../../src/runtime/reach";
import type { State } from "../../src/runtime/look";
import { Status } from "../../src/runtime/status";
import type { FlowNode, NodeAPI, NodeStatus } from "../../src/runtime/red";
import { CHECKOUT } from "../harness/node-red";
import { readWords } from "../package/words";

// What a status says, in every language: shorter than 24 characters, which the editor has room for.

const LANGUAGES = readdirSync(path.join(CHECKOUT, "nodes/locales"));
const { AuthError, ConfigurationError, ConnectError, ConnectionTimeoutError, WebSocketError } = client;

/** A node in a Node-RED that has nothing but the words of a language. */
function nodeIn(lang: string) {
  const words = readWords(lang, "device");
  const shown: NodeStatus[] = [];
  const read = (key: string, values: Record<string, string>): string => {
    const text = words.get(key.replace(/^.*:/, ""));
    assert.ok(text !== undefined, `${lang} has no ${key}`);
    return text.replace(
      /__(\w+)__/g,
      (_, name: string) => values[name] ?? assert.fail(`no value for ${name} in ${key}`),
    );
  };
  // The parts that a status needs.
  const RED = { _: read } as unknown as NodeAPI;
  const node = { status: (status: NodeStatus) => shown.push(status) } as unknown as FlowNode;
  return { status: new Status(RED, node), shown };
}

const DEVICE = { isInsecure: false, reach: new Reach() };

interface Given {
  lang?: string;
  /** Null: of no device. */
  subject?: typeof DEVICE | null;
}

function look(state: State, { lang = "en-US", subject = DEVICE }: Given = {}) {
  const { status, shown } = nodeIn(lang);
  status.show(state, subject ?? undefined);
  const [first] = shown;
  assert.ok(first?.text !== undefined && shown.length === 1);
  assert.ok(first.text.length > 0 && first.text.length < 24, `"${first.text}" is ${first.text.length} characters`);
  return { fill: first.fill, shape: first.shape, text: first.text };
}

const textOf = (...args: Parameters<typeof look>): string => look(...args).text;
const failed = (error: PiKVMError, again?: Date): State => ({ is: "failed", error, again });

/** Each code that is written somewhere in the code, and those of Node, OpenSSL, proxies and HTTP. */
const CODES = new Set([
  ...readdirSync(path.join(CHECKOUT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => /^(client|runtime|actions)\/.*\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(path.join(CHECKOUT, "src", file), "utf8").matchAll(/code: "([A-Z_0-9]+)"/g)])
    .map(([, code = ""]) => code),
  ..."ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ETIMEDOUT ECONNRESET EPIPE".split(
    " ",
  ),
  ..."UND_ERR_SOCKET EPROTO ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED".split(" "),
  ..."DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_REVOKED".split(" "),
  ..."UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_HAS_EXPIRED CERT_NOT_YET_VALID ERR_TLS_CERT_ALTNAME_INVALID".split(" "),
  ..."PROXY_403 PROXY_407 PROXY_502 WS_1000 WS_1006 NETWORK NOT_OK".split(" "),
  ...[301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504].map((status) => `HTTP_${status}`),
]);

/** One of each class of error. */
const CLASSES: ((code: string, retryable: boolean) => PiKVMError)[] = Object.values(client).flatMap((Class) => {
  if (typeof Class !== "function" || !(Class === PiKVMError || Class.prototype instanceof PiKVMError)) return [];
  const isRefusal = Class === client.APIError || Class.prototype instanceof client.APIError;
  // Those of the refusals take what was refused as well.
  const Any = Class as new (...args: unknown[]) => PiKVMError;
  return [(code, retryable) => new Any("message", ...(isRefusal ? [{ statusCode: 500 }] : []), { code, retryable })];
});

for (const lang of LANGUAGES) {
  describe(`in ${lang}`, () => {
    test("every code of every class of error has words of its own that fit", () => {
      assert.ok(CODES.size > 60 && CLASSES.length > 10, `${CODES.size} codes, ${CLASSES.length} classes`);
      // Which words are chosen is the same in every language: of the others the longest are enough.
      const isFirst = lang === "en-US";
      const times = isFirst ? [undefined, 0, 8, 99, 100, 3600, 86_400] : [undefined, 99, 86_400];
      for (const code of CODES)
        for (const make of CLASSES)
          for (const retryable of isFirst ? [false, true] : [true])
            for (const seconds of times) {
              const again = seconds === undefined ? undefined : new Date(Date.now() + seconds * 1000);
              const text = textOf(failed(make(code, retryable), again), { lang });
              assert.doesNotMatch(text, /Error|_|undefined|NaN/, code);
            }
    });

    test("every other state has words that fit, whatever the device calls its things", () => {
      const reached = [...readWords(lang, "device").keys()].flatMap(
        (key) => /^common\.reached\.(.*)$/.exec(key)?.[1] ?? [],
      );
      assert.ok(reached.length > 30);
      const names = ["a", "debian-13.iso", "x".repeat(255), "🖥".repeat(100), "\u202eevil\u0007\n.iso", "__time__"];
      const put = (name: string) => ({ image: name, port: name, count: name.length ** 6, status: 200 });
      const states: State[] = [
        ...[1, 2, 500].map((count): State => ({ is: "working", count })),
        ...["42 % · 11 MB/s", "100 % · 1250 MB/s", `${10 ** 12} characters`].map((text): State => ({
          is: "progress",
          text,
        })),
        ...["done", "connecting", "connected"].map((is) => ({ is }) as State),
        ...["atx.leds.power", 'msd.storage.images["debian-13.iso"].size'].map((path): State => ({
          is: "nothing_at",
          path,
        })),
        ...reached.flatMap((words) =>
          names.map((name): State => ({ is: "done", reached: { words, values: put(name) } })),
        ),
      ];
      for (const state of states) {
        const text = textOf(state, { lang });
        assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]|undefined|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/u);
      }
      for (const subject of [{ ...DEVICE, isInsecure: true }]) textOf({ is: "done" }, { lang, subject });
    });
  });
}

describe("a status says what a person must know", () => {
  const table: [state: State, fill: string, text: RegExp][] = [
    [failed(new ConnectError("", { code: "FINGERPRINT_MISMATCH" })), "red", /^certificate changed$/],
    [failed(new ConnectError("", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })), "red", /^certificate not trusted$/],
    [failed(new ConnectError("", { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" })), "red", /^certificate not trusted$/],
    [failed(new ConnectError("", { code: "CERT_HAS_EXPIRED" })), "red", /^certificate expired$/],
    [failed(new ConnectError("", { code: "ERR_TLS_CERT_ALTNAME_INVALID" })), "red", /other name/],
    [failed(new ConnectError("", { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" })), "red", /our certificate/],
    [failed(new ConnectError("", { code: "ERR_SSL_WRONG_VERSION_NUMBER" })), "red", /HTTPS/],
    [failed(new ConnectError("", { code: "ENOTFOUND" })), "red", /^name not found$/],
    [failed(new ConnectError("", { code: "ECONNREFUSED" })), "red", /^connection refused$/],
    [failed(new ConnectError("", { code: "EHOSTUNREACH" })), "red", /^unreachable$/],
    [failed(new ConnectError("", { code: "PROXY_407" })), "red", /^proxy wants a login$/],
    [failed(new ConnectionTimeoutError("", { code: "UND_ERR_CONNECT_TIMEOUT" })), "red", /^unreachable$/],
    [failed(new ConnectionTimeoutError("")), "red", /^no answer in time$/],
    [failed(new WebSocketError("")), "red", /^disconnected$/],
    [failed(new WebSocketError("", { code: "WS_1006" })), "red", /^disconnected$/],
    [failed(new WebSocketError("", { code: "SILENT" })), "red", /silent/],
    [failed(new AuthError("", { statusCode: 403 })), "red", /^login refused$/],
    [
      failed(new client.UnavailableError("", { statusCode: 503 }, { code: "HOST_NOT_LISTENING" })),
      "red",
      /host does not listen/,
    ],
    [failed(new client.CancelledError("")), "grey", /^cancelled$/],
    [failed(new ConfigurationError("", { code: "NOT_CONFIGURED" })), "red", /^not configured$/],
    [failed(new ConfigurationError("", { missing: "output" })), "red", /^no GPIO output$/],
    [failed(new ConfigurationError("", { code: "AMBIGUOUS_DEVICE" })), "red", /^name not unique$/],
    [failed(new PiKVMError("")), "red", /^failed$/],
    [{ is: "done", reached: { words: "on" } }, "green", /^on · \d\d:\d\d$/],
    [{ is: "done", reached: { words: "already_on" } }, "green", /^already on$/],
    [
      { is: "done", reached: { words: "mounted", values: { image: "debian-13.iso" } } },
      "green",
      /^debian-13\.iso mounted$/,
    ],
    [
      { is: "done", reached: { words: "mounted", values: { image: "debian-13.4.0-amd64-netinst.iso" } } },
      "green",
      /^debian-13\.4\.0-… mounted$/,
    ],
  ];
  for (const [state, fill, text] of table) {
    test(String(text), () => {
      const shown = look(state);
      assert.equal(shown.fill, fill);
      assert.match(shown.text, text);
    });
  }

  test("without a device", () => {
    const error = new ConfigurationError("", { code: "NOT_CONFIGURED" });
    assert.deepEqual(look(failed(error), { subject: null }), { fill: "red", shape: "ring", text: "no device" });
  });
});

describe("when it is tried again is told where that is what matters", () => {
  /** The words begin when they are shown: a moment may have passed by then. */
  const after = (seconds: number) => new Date(Date.now() + seconds * 1000);
  const refused = new ConnectError("", { code: "ECONNREFUSED", retryable: true });
  const unknown = new ConnectError("", { code: "ENOTFOUND", retryable: true });
  const changed = new ConnectError("", { code: "FINGERPRINT_MISMATCH" });
  const login = new AuthError("", { statusCode: 403 });
  const knows = (again: Date) => Object.assign(new AuthError("", { statusCode: 403 }), { nextTrial: again });
  const table: [what: string, error: PiKVMError, seconds: number, text: RegExp][] = [
    ["soon", refused, 1, /^connection refused$/],
    ["in seconds", refused, 8, /^trying again in 8 s$/],
    ["later", refused, 600, /^trying again at \d\d:\d\d$/],
    ["a login", login, 60, /^login refused · \d\d:\d\d$/],
    ["a login later", login, 3600, /^login refused · \d\d:\d\d$/],
    ["a certificate that changed", changed, 8, /^certificate changed$/],
    ["a name that is not known", unknown, 8, /^name not found$/],
    ["what is not possible", new ConfigurationError(""), 8, /^input not usable$/],
  ];
  for (const [what, error, seconds, text] of table)
    test(what, () => assert.match(textOf(failed(error, after(seconds))), text));

  test("an error that knows it itself", () => {
    for (const seconds of [60, 3600])
      assert.match(textOf(failed(knows(after(seconds)))), /^login refused · \d\d:\d\d$/);
  });
});

test("good news turn grey when the device is lost, and come back; other news do not", () => {
  const reach = new Reach();
  const subject = { isInsecure: false, reach };
  const { status, shown } = nodeIn("en-US");
  const fills = () => shown.splice(0).map(({ fill, shape, text }) => [fill, shape, text?.replace(/\d\d:\d\d/, "…")]);
  const end = reach.follow(() => status.refresh());
  status.show({ is: "done", reached: { words: "on" } }, subject);
  for (const error of [new WebSocketError(""), new ConnectError(""), undefined, new ConfigurationError("")])
    reach.heard(error);
  assert.deepEqual(fills(), [
    ["green", "dot", "on · …"],
    ["grey", "ring", "on · …"],
    ["green", "dot", "on · …"],
  ]);
  status.show(failed(new ConfigurationError("")), subject);
  fills();
  reach.heard(new ConnectError(""));
  assert.deepEqual(fills(), []);
  reach.heard();
  end();
  status.show({ is: "done" }, subject);
  fills();
  reach.heard(new ConnectError(""));
  assert.deepEqual(fills(), []);
});

test("what says that a device is lost", () => {
  const refusal = (statusCode: number, error = "") => new client.APIError("", { statusCode, error });
  const table: [error: PiKVMError | undefined, isLost: boolean][] = [
    [new ConnectError("", { code: "ECONNREFUSED" }), true],
    [new ConnectionTimeoutError(""), true],
    [new WebSocketError(""), true],
    [refusal(502), true],
    [refusal(504), true],
    [refusal(500, "SomeError"), false],
    [new AuthError("", { statusCode: 403, error: "ForbiddenError" }), false],
    [undefined, false],
  ];
  for (const [error, isLost] of table) {
    const reach = new Reach();
    reach.heard(isLost ? undefined : new ConnectError(""));
    reach.heard(error);
    assert.equal(reach.isLost, isLost, error?.name);
    for (const unrelated of [new ConfigurationError(""), new client.CancelledError(""), refusal(400)])
      reach.heard(unrelated);
    assert.equal(reach.isLost, isLost);
  }
});
