import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { PiKVM, type PiKVMOptions } from "../../src/client";
import { AUTH_METHODS } from "../../src/client/vocabulary";
import { failure, SECRETS } from "./kit";

const ADDRESS = { address: "pikvm.lan" };
const SECONDS = /must be a number of seconds, 0\.001 to 3600\.$/;
const TRUST = /must be "system", "none", \{ fingerprint \} or certificates in PEM\.$/;

const WRONG: [name: string, values: unknown[], message: RegExp][] = [
  ["address", [undefined, null, 5, ["pikvm.lan"]], /must be a text\.$/],
  ["user", [null, 5, {}], /must be a text\.$/],
  ["password", [null, 5, [SECRETS.password]], /must be a text\.$/],
  ["totpSecret", [null, 5, { secret: SECRETS.totpSecret }], /must be a text\.$/],
  [
    "auth",
    ["bogus", "", "Basic", null, 1, SECRETS.password],
    new RegExp(`must be one of: ${AUTH_METHODS.join(", ")}\\.$`),
  ],
  ["trust", ["bogus", null, 1, [], { fingerprint: 5 }, { ca: 5 }, { ca: ["a", 5] }, { cert: {} }], TRUST],
  ["trust", [{ key: 5 }, { passphrase: 5 }, { servername: 5 }, { verify: "no" }], TRUST],
  ["timeout", [NaN, 0, -1, 1e12, Infinity, "30", null], SECONDS],
  ["connectTimeout", [NaN, 0, -1, 3601, Infinity, "10", null], SECONDS],
  ["readOnly", ["yes", 1, null], /must be true or false\.$/],
];

describe("options that cannot work are refused by open(), which says what may be given and not what was", () => {
  for (const [name, values, message] of WRONG) {
    for (const value of values) {
      test(`${name}: ${typeof value} ${inspect(value)}`, async () => {
        const options = { ...ADDRESS, [name]: value } as PiKVMOptions; // as a caller without types may
        const error = await failure(new PiKVM(options).open(), { name: "ConfigurationError", message });
        assert.ok(error.message.startsWith(`The option "${name}" `), error.message);
      });
    }
  }

  for (const options of [undefined, null, "pikvm.lan", []]) {
    test(`no options at all: ${inspect(options)}`, async () => {
      const opening = new PiKVM(options as unknown as PiKVMOptions).open(); // as a caller without types may
      await failure(opening, { name: "ConfigurationError", message: /must be an object with an address/ });
    });
  }
});

describe("options that work", () => {
  const undefineds = { user: undefined, timeout: undefined, trust: undefined } as unknown as Partial<PiKVMOptions>; // as above
  const RIGHT: Record<string, Partial<PiKVMOptions>> = {
    "none but the address": {},
    "undefined, as if they were not there": undefineds,
    "short and long times, and a way to log in": {
      timeout: 0.2,
      connectTimeout: 3600,
      readOnly: false,
      auth: "session",
    },
    "another name in the certificate, and no verification": { trust: { servername: "pikvm.lan", verify: false } },
    "nothing about trust": { trust: {} },
  };
  for (const [what, options] of Object.entries(RIGHT)) {
    test(what, async () => {
      const kvm = await new PiKVM({ ...ADDRESS, ...options }).open();
      await kvm.close();
    });
  }
});
