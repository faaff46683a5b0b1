import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeRed } from "../harness/node-red";

/** Whoever is not logged in may look at flows, not change them. */
const adminAuth = { type: "credentials", users: [], default: { permissions: "read" } };
const red = NodeRed.duringTests({ adminAuth });

const ROUTES = {
  "pikvm/certificate": "POST",
  "pikvm/devices/device/choices/images": "GET",
  "pikvm/devices/device/try/screen": "POST",
};

for (const [route, method] of Object.entries(ROUTES)) {
  test(`${method} ${route} is only for those who may edit flows`, async () => {
    assert.equal((await fetch(`${red.url}/flows`)).status, 200);
    assert.equal((await fetch(`${red.url}/${route}`, { method })).status, 401);
  });
}
