import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeRed } from "../harness/node-red";

/** Whoever is not logged in may look at flows, not change them; the other two have a token. */
const USERS: Record<string, string> = { writer: "pikvm-device.write", stranger: "flows.read" };
const adminAuth = {
  type: "credentials",
  users: [],
  default: { permissions: "read" },
  tokens: (token: string) => Promise.resolve(token in USERS ? { username: token, permissions: USERS[token] } : null),
};
const red = NodeRed.duringTests({ adminAuth });

const ROUTES = [
  { route: "pikvm/connect", method: "POST", permission: "write" },
  { route: "pikvm/find", method: "POST", permission: "write" },
  { route: "pikvm/devices/device/macro", method: "POST", permission: "write" },
  { route: "pikvm/devices/device/try/screen", method: "POST", permission: "write" },
  { route: "pikvm/devices/device/choices/images", method: "GET", permission: "read" },
];

for (const { route, method, permission } of ROUTES) {
  test(`${method} ${route} is for those who may ${permission}`, async () => {
    const headers = { "Content-Type": "application/json" };
    const ask = async (token?: string) => {
      const login = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const body = method === "POST" ? { body: "{}" } : {};
      return (await fetch(`${red.url}/${route}`, { method, headers: { ...headers, ...login }, ...body })).status;
    };
    assert.equal((await fetch(`${red.url}/flows`)).status, 200);
    assert.equal((await ask()) === 401, permission === "write", "who may look only");
    assert.equal((await ask("writer")) === 401, permission === "read", "who may write");
    assert.equal(await ask("stranger"), 401);
  });
}
