import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResetType } from "../../src/client";
import { until } from "../harness/until";
import { textOf } from "../recordings/files";
import { bench, client, failure, httpServer, posts, SIDE_BY_SIDE } from "./kit";

describe("prometheus", SIDE_BY_SIDE, () => {
  test("metrics, as text and as numbers", async (t) => {
    const { sim, kvm } = await bench(t, { power: true });
    const { text, values } = await kvm.prometheus.getMetrics();
    assert.match(text, /^# TYPE pikvm_atx_power gauge$/m);
    assert.deepEqual([values["pikvm_atx_enabled"], values["pikvm_atx_power"]], [1, 1]);
    assert.equal(sim.requests[0]?.path, "/api/export/prometheus/metrics");
  });

  test("recorded from a device", async (t) => {
    const recorded = textOf("device-4.206/prometheus_metrics.txt");
    const kvm = await client(t, { address: `http://${await httpServer(t, (_, response) => response.end(recorded))}` });
    const { text, values } = await kvm.prometheus.getMetrics();
    assert.equal(text, recorded);
    assert.equal(Object.keys(values).length, recorded.match(/^# TYPE/gm)?.length);
    assert.deepEqual([values["pikvm_hw_temp_cpu"], values["pikvm_hw_mem_total"]], [34.076, 3788144640]);
  });

  test("labels and infinities of what a newer device may add", async (t) => {
    const answer = 'a{x="1 2"} 3\nb +Inf\nc -Inf 1700000000\n# a comment 7\n';
    const kvm = await client(t, { address: `http://${await httpServer(t, (_, response) => response.end(answer))}` });
    const { values } = await kvm.prometheus.getMetrics();
    assert.deepEqual(values, { 'a{x="1 2"}': 3, b: Infinity, c: -Infinity });
  });

  test("a line that begins samples without an end is read in no more time than its length takes", async (t) => {
    const answer = `a 1\n# ${"\u2028a{".repeat(200_000)}\nb 2\n`;
    const kvm = await client(t, { address: `http://${await httpServer(t, (_, response) => response.end(answer))}` });
    assert.deepEqual((await kvm.prometheus.getMetrics()).values, { a: 1, b: 2 });
  });
});

describe("redfish", SIDE_BY_SIDE, () => {
  test("documents, as the device sends them", async (t) => {
    const { kvm } = await bench(t, { switchUnits: 1, power: true });
    const { redfish } = kvm;
    assert.equal((await redfish.getRoot()).RedfishVersion, "1.6.0");
    const systems = await redfish.getSystems();
    assert.deepEqual([systems["Members@odata.count"], systems.Members.length], [5, 5]);
    assert.deepEqual([(await redfish.getSystem()).PowerState, (await redfish.getSystem("SwitchPort3")).PowerState], ["On", "Off"]); // prettier-ignore
    assert.deepEqual((await redfish.getManagers()).Members, [{ "@odata.id": "/redfish/v1/Managers/BMC" }]);
    assert.equal((await redfish.getManager()).ManagerType, "BMC");
    const media = await redfish.getVirtualMediaCollection();
    assert.deepEqual(media.Members, [{ "@odata.id": "/redfish/v1/Managers/BMC/VirtualMedia/MSD" }]);
    await failure(redfish.getSystem("7"), { name: "APIError", error: "HttpError" });
  });

  test("reset presses the button that each type means", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.redfish.reset("On");
    await until(() => sim.host.presses.length === 1);
    await failure(kvm.redfish.reset("PushPowerButton"), { name: "BusyError", error: "AtxIsBusyError" });
    await kvm.redfish.reset("PushPowerButton", "0", { busyRetry: 5 });
    await until(() => sim.host.presses.length === 2);
    const sent = posts(sim).length;
    const type = "on" as ResetType; // as a caller without types may
    await failure(kvm.redfish.reset(type), { name: "ConfigurationError", message: /Expected one of: On, ForceOn/ });
    assert.equal(posts(sim).length, sent);
    assert.equal(posts(sim)[0], "/api/redfish/v1/Systems/0/Actions/ComputerSystem.Reset");
  });

  test("updating a system is accepted and does nothing", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.redfish.updateSystem("0", { Boot: { BootSourceOverrideTarget: "Cd" } });
    assert.deepEqual([sim.requests[0]?.method, sim.requests[0]?.path], ["PATCH", "/api/redfish/v1/Systems/0"]);
  });

  test("the drive: insert, look, eject", async (t) => {
    const { sim, kvm } = await bench(t, { images: { "boot.img": 1024 } });
    await kvm.redfish.insertMedia("boot.img", { writeProtected: false });
    const medium = await kvm.redfish.getVirtualMedia();
    assert.deepEqual([medium.Image, medium.Inserted, medium.ConnectedVia], ["boot.img", true, "Oem"]);
    assert.equal(sim.host.usbDrive?.writable, true);
    await kvm.redfish.ejectMedia();
    assert.equal((await kvm.redfish.getVirtualMedia()).Inserted, false);
    await failure(kvm.redfish.ejectMedia(), { name: "APIError", error: "MsdDisconnectedError" });
    await failure(kvm.redfish.insertMedia("none.img"), { name: "APIError", error: "MsdUnknownImageError" });
  });

  test("nothing is changed where the device is read-only", async (t) => {
    const { sim, kvm } = await bench(t, {}, { readOnly: true });
    await failure(kvm.redfish.reset("On"), { name: "ConfigurationError", code: "READ_ONLY" });
    await failure(kvm.redfish.updateSystem(), { name: "ConfigurationError", code: "READ_ONLY" });
    assert.equal(sim.requests.length, 0);
  });

  test("what is no document", async (t) => {
    const address = await httpServer(t, (_, response) => response.end("<html>"));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.redfish.getRoot(), { name: "ResponseError", code: "BAD_RESPONSE" });
  });

  const RECORDED = ["root", "systems", "system_0", "managers", "manager_bmc", "vm", "vm_msd"] as const;
  for (const name of RECORDED) {
    test(`recorded from a device: ${name}`, async (t) => {
      const text = textOf(`device-4.206/redfish_${name}.json`);
      const kvm = await client(t, { address: `http://${await httpServer(t, (_, response) => response.end(text))}` });
      const { redfish } = kvm;
      const calls = {
        root: () => redfish.getRoot(),
        systems: () => redfish.getSystems(),
        system_0: () => redfish.getSystem(),
        managers: () => redfish.getManagers(),
        manager_bmc: () => redfish.getManager(),
        vm: () => redfish.getVirtualMediaCollection(),
        vm_msd: () => redfish.getVirtualMedia(),
      };
      assert.deepEqual(await calls[name](), JSON.parse(text));
    });
  }
});
