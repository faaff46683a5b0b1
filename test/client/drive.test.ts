import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import type { SimulatorOptions } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, client, failure, posts, SECRETS, SIDE_BY_SIDE } from "./kit";

const IMAGES = { "debian.iso": 650_000, "stick.img": 1000, "os/arch.iso": 2000 };
const disk = (t: TestContext, options: SimulatorOptions = {}) => bench(t, { images: IMAGES, ...options });

describe("drive", SIDE_BY_SIDE, () => {
  describe("drive: mounting", SIDE_BY_SIDE, () => {
    test("as CD-ROM, seen by the computer", async (t) => {
      const { sim, kvm } = await disk(t);
      const { changed, state } = await kvm.drive.mount("debian.iso");
      assert.equal(changed, true);
      assert.deepEqual(
        [state.drive?.connected, state.drive?.cdrom, state.drive?.image?.name],
        [true, true, "debian.iso"],
      );
      assert.deepEqual(sim.host.usbDrive, { image: "debian.iso", size: 650_000, cdrom: true, writable: false });
    });

    test("as flash drive, read-only and writable", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("stick.img", { kind: "flash" });
      assert.deepEqual(sim.host.usbDrive, { image: "stick.img", size: 1000, cdrom: false, writable: false });
      await kvm.drive.eject();
      await kvm.drive.mount("stick.img", { kind: "flash", writable: true });
      assert.deepEqual(sim.host.usbDrive, { image: "stick.img", size: 1000, cdrom: false, writable: true });
    });

    test("from a folder, written in any way", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("/os// arch.iso ");
      assert.equal(sim.host.usbDrive?.image, "os/arch.iso");
    });

    test("by a name that looks the same, and is written with other characters", async (t) => {
      const [one, two] = ["m\u00fc.iso", "mu\u0308.iso"];
      for (const [stored, asked] of [
        [one, two],
        [two, one],
      ] as const) {
        const { sim, kvm } = await disk(t, { images: { [stored]: 1000 } });
        await kvm.drive.mount(asked);
        assert.equal(sim.host.usbDrive?.image, stored);
        assert.equal((await kvm.drive.mount(asked)).changed, false);
        assert.equal((await kvm.images.remove(asked, { eject: true })).changed, true);
        assert.deepEqual(await kvm.images.list(), []);
      }
      const { sim, kvm } = await disk(t, { images: { [one]: 1000, [two]: 2000 } });
      await kvm.drive.swap(two);
      assert.equal(sim.host.usbDrive?.size, 2000, "where both are there, the one that was named");
    });

    test("what is mounted already in the same way is left alone", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("debian.iso");
      const before = posts(sim).length;
      const again = await kvm.drive.mount("debian.iso");
      assert.deepEqual([again.changed, again.state.drive?.connected], [false, true]);
      assert.equal(posts(sim).length, before);
    });

    test("a password in an address is not repeated in an error", async (t) => {
      const { sim, kvm } = await disk(t);
      const body = JSON.stringify({ ok: true, result: {} });
      // A device that mounts from the network, and whose drive is never connected.
      sim.faults.add({ kind: "status", code: 200, body, contentType: "application/json", method: "POST" });
      const url = `https://me:${encodeURIComponent(SECRETS.password)}@server/a.iso`;
      await failure(kvm.drive.mount(url, { timeout: 0.2 }), {
        name: "WaitTimeoutError",
        message: /"https:\/\/me:\*\*\*@server\/a\.iso" was not connected/,
      });
      await failure(kvm.images.remove(`${url}/.hidden`), {
        name: "ConfigurationError",
        message: /"https:\/\/me:\*\*\*@server/,
      });
    });

    test("another image, or the same in another way, is the device's error", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("stick.img");
      const expected = { name: "APIError", statusCode: 400, error: "MsdConnectedError" };
      await failure(kvm.drive.mount("debian.iso"), { ...expected, message: /"stick\.img" is mounted: swap, or eject/ });
      const otherwise = { ...expected, message: /"stick\.img" is mounted in another way: swap, or eject/ };
      await failure(kvm.drive.mount("stick.img", { kind: "flash" }), otherwise);
      await kvm.drive.eject();
      await kvm.drive.mount("stick.img", { kind: "flash" });
      await failure(kvm.drive.mount("stick.img", { kind: "flash", writable: true }), expected);
      assert.equal(sim.host.usbDrive?.image, "stick.img");
    });

    const refused: [string, string, object, RegExp][] = [
      ["no name", " ", {}, /No image is named/],
      ["a writable CD-ROM", "debian.iso", { writable: true }, /flash drive/],
      ["a writable .iso", "debian.iso", { writable: true, kind: "flash" }, /cannot be mounted writable/],
      [
        "an image that is not there",
        "nosuch.iso",
        {},
        /no image "nosuch\.iso"\. There are: debian\.iso, os\/arch\.iso, stick\.img\.$/,
      ],
      ["an upload that broke", "broken.img", {}, /"broken\.img" is incomplete/],
    ];
    for (const [title, image, options, message] of refused) {
      test(`${title} is refused without touching the drive`, async (t) => {
        const { sim, kvm } = await disk(t);
        if (image === "broken.img") sim.state.msd.storage.add(image, 10, { complete: false });
        await failure(kvm.drive.mount(image, options), { name: "ConfigurationError", code: "INVALID_INPUT", message });
        assert.deepEqual(posts(sim), []);
      });
    }

    test("the list of what there is stays short, or says that it is empty", async (t) => {
      const many = Object.fromEntries(
        Array.from({ length: 15 }, (_, index) => [`${String.fromCharCode(97 + index)}.iso`, 1]),
      );
      const full = await bench(t, { images: many });
      await failure(full.kvm.drive.mount("x.iso"), {
        name: "ConfigurationError",
        message: /There are: a\.iso(, .\.iso){9}, \.\.\.\.$/,
      });
      const empty = await bench(t);
      await failure(empty.kvm.drive.mount("x.iso"), { name: "ConfigurationError", message: /It is empty\.$/ });
    });

    test("a fresh upload, which the device lists only after a second, is waited for", async (t) => {
      for (const subscribed of [false, true]) {
        const { sim, kvm } = await disk(t);
        if (subscribed) await once(kvm.events(), "state");
        const { storage } = sim.state.msd;
        storage.close(storage.create("fresh.img", 0));
        const { state } = await kvm.drive.mount("fresh.img");
        assert.equal(state.drive?.image?.name, "fresh.img");
      }
    });

    test("an upload that has just ended, which the device still lists as incomplete, is waited for", async (t) => {
      const { sim, kvm } = await disk(t);
      const { storage } = sim.state.msd;
      const file = storage.create("large.img", 0);
      await until(async () => (await kvm.msd.getState()).storage?.images["large.img"]?.complete === false);
      storage.close(file);
      await kvm.drive.mount("large.img");
      assert.equal(sim.host.usbDrive?.image, "large.img");
    });

    test("an address of another computer is left to the device", async (t) => {
      const { sim, kvm } = await disk(t);
      await failure(kvm.drive.mount(" nfs://server/a.iso"), {
        name: "APIError",
        statusCode: 400,
        error: "MsdRemoteDisabledError",
        message: /does not mount images from the network/,
      });
      assert.deepEqual(posts(sim), ["/api/msd/set_params"]);
    });

    test("an address of another computer is a name for an older device, and the advice is the same", async (t) => {
      const { kvm } = await disk(t, { kvmd: "4.16" });
      await failure(kvm.drive.mount("nfs://server/a.iso"), {
        name: "APIError",
        error: "MsdUnknownImageError",
        message: /does not mount images from the network/,
      });
    });

    test("what only looks like an address is a name, as for the device", async (t) => {
      const { kvm } = await disk(t);
      for (const name of ["nbd0://server/a.iso", "nfs:///a.iso", "s3://bucket/a.iso"])
        await failure(kvm.drive.mount(name), { name: "ConfigurationError", message: /The storage has no image/ });
      await failure(kvm.drive.mount("my_nfs://server/a.iso"), { name: "APIError", error: "MsdRemoteDisabledError" });
    });

    test("an address of another computer is mounted by a device that can", async (t) => {
      const { sim, kvm } = await disk(t);
      const ok = { kind: "status", code: 200, body: JSON.stringify({ ok: true, result: {} }) } as const;
      sim.faults.add({ ...ok, path: "/api/msd/set_params" });
      sim.faults.add({ ...ok, path: "/api/msd/set_connected" });
      const mounting = kvm.drive.mount("https://server/a.iso");
      await until(() => posts(sim).length === 2);
      sim.state.msd.drive = { ...sim.state.msd.drive, connected: true };
      assert.equal((await mounting).changed, true);
      const { query } = sim.requests.find(({ path }) => path === "/api/msd/set_params") ?? {};
      assert.deepEqual(query, { image: "https://server/a.iso", cdrom: "1", rw: "0" });
    });

    test("a drive that does not connect is told, with the time waited", async (t) => {
      const { sim, kvm } = await disk(t);
      const body = JSON.stringify({ ok: true, result: {} });
      sim.faults.add({ kind: "status", code: 200, body, path: "/api/msd/set_connected" });
      await failure(kvm.drive.mount("debian.iso", { timeout: 0.2 }), {
        name: "WaitTimeoutError",
        message: /"debian\.iso" was not connected 0\.2 s after/,
      });
    });

    test("two at once: one wins, the other is told, and nothing is mixed", async (t) => {
      const { sim, kvm } = await disk(t);
      const [first, second] = await Promise.allSettled([
        kvm.drive.mount("debian.iso"),
        kvm.drive.mount("stick.img", { kind: "flash" }),
      ]);
      assert.deepEqual([first.status, second.status], ["fulfilled", "rejected"]);
      assert.equal(sim.host.usbDrive?.image, "debian.iso");
    });
  });

  describe("drive: swapping", SIDE_BY_SIDE, () => {
    test("ejects what is mounted for the new image; what is mounted already is left alone", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.swap("debian.iso");
      await kvm.drive.swap("stick.img", { kind: "flash", writable: true });
      assert.deepEqual(sim.host.usbDrive, { image: "stick.img", size: 1000, cdrom: false, writable: true });
      const before = posts(sim).length;
      assert.equal((await kvm.drive.swap("stick.img", { kind: "flash", writable: true })).changed, false);
      assert.equal(posts(sim).length, before);
      await kvm.drive.swap("stick.img", { kind: "flash" });
      assert.equal(sim.host.usbDrive.writable, false);
    });

    test("nothing is ejected for an image that cannot be mounted", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("debian.iso");
      const before = posts(sim).length;
      await failure(kvm.drive.swap("nosuch.iso"), { name: "ConfigurationError", message: /no image/ });
      const writable = { kind: "flash", writable: true } as const;
      await failure(kvm.drive.swap("os/arch.iso", writable), { name: "ConfigurationError", message: /writable/ });
      assert.deepEqual([posts(sim).length, sim.host.usbDrive?.image], [before, "debian.iso"]);
    });

    test("the old image is mounted again as it was when the device refuses the new one", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("stick.img", { kind: "flash", writable: true });
      await failure(kvm.drive.swap("https://server/a.iso"), {
        name: "APIError",
        error: "MsdRemoteDisabledError",
        message: /"stick\.img" is mounted again\.\)$/,
      });
      assert.deepEqual(sim.host.usbDrive, { image: "stick.img", size: 1000, cdrom: false, writable: true });
    });

    test("an old image that cannot be mounted again is told", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("stick.img");
      const body = JSON.stringify({ ok: false, result: { error: "MsdPermissionsError", error_msg: "no" } });
      sim.faults.add({ kind: "status", code: 400, body, path: /set_connected\?connected=1/ });
      await failure(kvm.drive.swap("debian.iso"), {
        name: "APIError",
        error: "MsdPermissionsError",
        message: /"stick\.img" has been ejected\.\)$/,
      });
      assert.equal(sim.host.usbDrive, null);
    });

    test("nobody comes in between", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("debian.iso");
      const results = await Promise.all([
        kvm.drive.swap("stick.img"),
        kvm.drive.eject(),
        kvm.images.remove("stick.img"),
      ]);
      assert.deepEqual(
        results.map(({ changed }) => changed),
        [true, true, true],
      );
      const changes = sim.requests.filter(({ method }) => method === "POST").map(({ path }) => path.split("/").at(-1));
      assert.deepEqual(changes.slice(-5), ["set_connected", "set_params", "set_connected", "set_connected", "remove"]);
    });
  });

  describe("drive: ejecting", SIDE_BY_SIDE, () => {
    test("pulls the drive; the image stays selected", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("debian.iso");
      const { changed, state } = await kvm.drive.eject();
      assert.deepEqual([changed, state.drive?.connected, state.drive?.image?.name], [true, false, "debian.iso"]);
      assert.equal(sim.host.usbDrive, null);
    });

    test("what is not connected is left alone", async (t) => {
      const { sim, kvm } = await disk(t);
      assert.equal((await kvm.drive.eject()).changed, false);
      assert.deepEqual(posts(sim), []);
    });

    test("a drive that stays connected is told", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.drive.mount("debian.iso");
      sim.faults.add({
        kind: "status",
        code: 200,
        body: JSON.stringify({ ok: true, result: {} }),
        path: "/api/msd/set_connected",
      });
      await failure(kvm.drive.eject({ timeout: 0.2 }), {
        name: "WaitTimeoutError",
        message: /still connected 0\.2 s after/,
      });
    });
  });

  describe("drive: a device that cannot", SIDE_BY_SIDE, () => {
    for (const [state, error] of [
      ["offline", "MsdOfflineError"],
      ["disabled", "MsdDisabledError"],
    ] as const) {
      test(`${state} is the device's error`, async (t) => {
        const { sim, kvm } = await disk(t);
        if (state === "offline") sim.state.msd.online = false;
        else sim.state.msd.enabled = false;
        const expected = { name: "APIError", statusCode: 400, error };
        await failure(kvm.drive.mount("debian.iso"), expected);
        await failure(kvm.drive.eject(), expected);
      });
    }

    test("busy with a transfer is a BusyError, or waited for", async (t) => {
      const { sim, kvm } = await disk(t);
      const busy = sim.faults.add({
        kind: "status",
        code: 409,
        body: JSON.stringify({ ok: false, result: { error: "MsdIsBusyError", error_msg: "busy" } }),
        method: "POST",
      });
      await failure(kvm.drive.mount("debian.iso"), { name: "BusyError", error: "MsdIsBusyError" });
      const mounting = kvm.drive.mount("debian.iso", { busyRetry: 20 });
      await until(() => busy.hits === 2);
      busy.remove();
      assert.equal((await mounting).changed, true);
    });

    test("read-only looks, and refuses the rest", async (t) => {
      const { sim } = await disk(t);
      const kvm = await client(t, { address: sim.url, readOnly: true });
      assert.equal((await kvm.drive.eject()).changed, false);
      assert.equal((await kvm.drive.getState()).online, true);
      await failure(kvm.drive.mount("debian.iso"), { name: "ConfigurationError", code: "READ_ONLY" });
    });

    test("an error while waiting for the listing is that error", async (t) => {
      const { sim, kvm } = await disk(t);
      const mounting = failure(kvm.drive.mount("later.iso"), { name: "AuthError" });
      await until(() => sim.requests.length >= 1);
      sim.state.auth.account = { user: "admin", passwd: "changed" };
      await mounting;
    });
  });

  describe("msd, call by call", SIDE_BY_SIDE, () => {
    test("parameters are sent as the device reads them", async (t) => {
      const { sim, kvm } = await disk(t);
      await kvm.msd.setParams({ image: "stick.img", cdrom: false, rw: true });
      await kvm.msd.setConnected(true);
      await kvm.msd.setConnected(false);
      await kvm.msd.setParams({ image: "" });
      await kvm.msd.remove("stick.img");
      await kvm.msd.reset();
      assert.deepEqual(
        sim.requests.map(({ path, query }) => [path.slice("/api/msd/".length), query]),
        [
          ["set_params", { image: "stick.img", cdrom: "0", rw: "1" }],
          ["set_connected", { connected: "1" }],
          ["set_connected", { connected: "0" }],
          ["set_params", { image: "" }],
          ["remove", { image: "stick.img" }],
          ["reset", {}],
        ],
      );
      assert.equal(sim.state.msd.storage.files.has("stick.img"), false);
    });

    test("what remounts the storage may take longer than an ordinary answer", async (t) => {
      const { sim, kvm } = await disk(t);
      const hasty = await client(t, { address: sim.url, timeout: 1 });
      await kvm.msd.setParams({ image: "stick.img", cdrom: false });
      const slow = sim.faults.add({ kind: "delay", ms: 1500, method: "POST" });
      await hasty.msd.setConnected(true);
      await hasty.msd.setConnected(false);
      await hasty.redfish.insertMedia("stick.img");
      await hasty.redfish.ejectMedia();
      await hasty.msd.remove("stick.img");
      await hasty.msd.reset();
      assert.equal(slow.hits, 6);
    });

    test("what the device refuses is told by its own name", async (t) => {
      const { kvm } = await disk(t);
      await failure(kvm.msd.setConnected(false), { name: "APIError", error: "MsdDisconnectedError" });
      await failure(kvm.msd.setConnected(true), { name: "APIError", error: "MsdImageNotSelected" });
      await failure(kvm.msd.setParams({ image: "nosuch" }), { name: "APIError", error: "MsdUnknownImageError" });
    });
  });
});
