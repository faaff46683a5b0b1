import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceFolders, filesIn, textOf } from "../recordings/files";

/** What must not be in a recording, and which of it is a placeholder. */
const SECRETS: Record<string, { pattern: RegExp; allowed: RegExp }> = {
  "a password or code": { pattern: /passwd\\?": ?\\?"[^"\\]*/g, allowed: /"<redacted>$/ },
  "a credential": { pattern: /"(authorization|cookie|x-kvmd-passwd|token)": "[^"]*/gi, allowed: /"<redacted>$/ },
  "a session": { pattern: /auth_token=[^;"]*|\b[0-9a-f]{64}\b/g, allowed: /^auth_token=<64 hex digits>$/ },
  "a serial number": { pattern: /"serial": ?"[^"]*/g, allowed: /"(0+|10000000DEADBEEF)$/ },
  "a host name": { pattern: /"(host|HostName)": ?"[^"]*/g, allowed: /"(pikvm|vm|should-be-ignored)$/ },
  "an address": { pattern: /\b\d{1,3}(\.\d{1,3}){3}\b/g, allowed: /^(127\.0\.0\.1|0\.0\.0\.0|192\.0\.2\.\d+)$/ },
  "a hardware address": { pattern: /\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, allowed: /^[0:]+$/ },
  "somebody's mail address": {
    // Without the look behind, each character of a long word would be a beginning.
    pattern: /(?<![\w.+-])[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}/g,
    allowed: /@(example\.org|odata\.\w+|Redfish\.\w+)$/,
  },
  "a key": { pattern: /BEGIN [A-Z ]*PRIVATE KEY|ice-pwd:\w+/g, allowed: /^ice-pwd:X+$/ },
  "code under the GPL": { pattern: /General Public License/g, allowed: /^$/ },
};

const files = deviceFolders().flatMap((device) =>
  [device, `${device}/http`, `${device}/ws`, `${device}/down`].flatMap((folder) => filesIn(folder, "")),
).filter((file) => /\.(json|jsonl|txt)$/.test(file)); // prettier-ignore

for (const [what, { pattern, allowed }] of Object.entries(SECRETS)) {
  test(`no recording has ${what}`, () => {
    assert.ok(files.length >= 440);
    const found = files.flatMap((file) => (textOf(file).match(pattern) ?? []).map((text) => `${file}: ${text}`));
    assert.deepEqual(
      found.filter((line) => !allowed.test(line.slice(line.indexOf(": ") + 2))),
      [],
    );
  });
}
