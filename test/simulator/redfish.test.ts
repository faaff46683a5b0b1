import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "../../src/simulator";
import { call, device } from "./device";

const RESET = "Actions/ComputerSystem.Reset";
const MEDIUM = "/redfish/v1/Managers/BMC/VirtualMedia/MSD";

const post = (url: string, path: string, body: unknown) => call(url, "POST", path, { body: JSON.stringify(body) });

test("is reached with and without /api; only the root is open", async (t) => {
  const { url } = await device(t);
  for (const prefix of ["", "/api"]) {
    assert.equal((await call(url, "GET", `${prefix}/redfish/v1`, { headers: {} })).status, 200);
    assert.equal((await call(url, "GET", `${prefix}/redfish/v1/Systems`, { headers: {} })).status, 401);
    const { text } = await call(url, "GET", `${prefix}/redfish/v1/Managers/BMC`);
    assert.equal((JSON.parse(text) as Record<string, string>)["@odata.id"], "/redfish/v1/Managers/BMC");
  }
});

test("a slash too many is redirected, and below /redfish the redirect leads there", async (t) => {
  const { url } = await device(t);
  for (const path of ["/redfish/v1/", "/redfish//v1"]) {
    const answer = await call(url, "GET", path);
    assert.deepEqual([answer.status, answer.header("Location")], [308, "/redfish/v1"]);
  }
});

test("lists the computers: the one on the ATX board, and one per port of a Switch", async (t) => {
  const { url, state } = await device(t, { switchUnits: 1 });
  const ids = async (): Promise<string[]> => {
    const { text } = await call(url, "GET", "/redfish/v1/Systems");
    return (JSON.parse(text) as { Members: Record<string, string>[] }).Members.flatMap(Object.values<string>);
  };
  assert.deepEqual(await ids(), ["0", "SwitchPort0", "SwitchPort1", "SwitchPort2", "SwitchPort3"].map((id) => `/redfish/v1/Systems/${id}`)); // prettier-ignore
  state.atx.enabled = false;
  assert.equal((await ids()).length, 4);
  assert.equal((await call(url, "GET", "/redfish/v1/Systems/SwitchPort4")).result.error_msg, "Non-existent Switch Port ID"); // prettier-ignore
  assert.equal((await call(url, "GET", "/redfish/v1/Systems/00")).result.error_msg, "Missing or invalid Server ID");
});

test("every reset type presses its button, on the board and on a port", async (t) => {
  const clock = manualClock();
  const { url, host, state } = await device(t, { clock, switchUnits: 1 });
  const [port] = state.switch.ports;
  assert.ok(port);
  for (const [id, computer] of [
    ["0", host],
    ["SwitchPort0", port.host],
  ] as const) {
    for (const [type, wasOn, line, ms] of [
      ["On", false, "power", 100],
      ["ForceOn", false, "power", 100],
      ["ForceOff", true, "power", 5500],
      ["GracefulShutdown", true, "power", 100],
      ["ForceRestart", true, "reset", 100],
      ["PushPowerButton", true, "power", 100],
    ] as const) {
      // prettier-ignore
      computer.power = wasOn;
      computer.forget();
      assert.equal((await post(url, `/redfish/v1/Systems/${id}/${RESET}`, { ResetType: type })).status, 204);
      await clock.advance(8000);
      const usual = id === "0" || ms === 5500 ? ms : 500;
      assert.deepEqual(computer.presses.map(({ line: pressed, duration }) => [pressed, duration]), [[line, usual]], `${id} ${type}`); // prettier-ignore
    }
  }
  assert.equal((await post(url, `/redfish/v1/Systems/SwitchPort9/${RESET}`, { ResetType: "On" })).status, 204);
  assert.equal((await post(url, `/redfish/v1/Systems/0/${RESET}`, { ResetType: "forceoff" })).status, 400);
});

test("inserts an image as a flash drive, writable when not protected, and swaps a connected one", async (t) => {
  const { url, host, state } = await device(t, { images: { "a.img": 1000, "dir/b.iso": 2000 } });
  assert.equal((await post(url, `${MEDIUM}/Actions/VirtualMedia.InsertMedia`, { Image: "a.img", WriteProtected: false })).status, 204); // prettier-ignore
  assert.deepEqual(host.usbDrive, { image: "a.img", size: 1000, cdrom: false, writable: true });
  assert.equal((await post(url, `${MEDIUM}/Actions/VirtualMedia.InsertMedia`, { Image: "dir/b.iso", Inserted: false })).status, 204); // prettier-ignore
  assert.deepEqual([host.usbDrive, state.msd.drive.image, state.msd.drive.connected], [null, "dir/b.iso", false]);
  const medium = JSON.parse((await call(url, "GET", MEDIUM)).text) as Record<string, unknown>;
  assert.deepEqual([medium.Image, medium.ImageName, medium.ConnectedVia, medium.Inserted], ["dir/b.iso", "b.iso", "Oem", false]); // prettier-ignore
});

test("an unknown image has already cost the old one; a missing name and an offline drive are told apart", async (t) => {
  const { url, host, state } = await device(t, { images: { "a.img": 1000 } });
  const insert = `${MEDIUM}/Actions/VirtualMedia.InsertMedia`;
  await post(url, insert, { Image: "a.img" });
  assert.equal((await post(url, insert, { Image: "https://example.org/x.iso" })).result.error, "MsdUnknownImageError");
  assert.equal(host.usbDrive, null);
  assert.equal((await post(url, insert, {})).result.error_msg, "None argument is not a valid stripped string");
  assert.equal((await post(url, insert, [])).status, 500);
  state.msd.online = false;
  assert.equal((await post(url, insert, { Image: "a.img" })).status, 500);
  assert.equal((await post(url, `${MEDIUM}/Actions/VirtualMedia.EjectMedia`, {})).result.error, "MsdOfflineError");
});
