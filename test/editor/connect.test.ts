import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { test, type TestContext } from "node:test";
import { realClock, scaledClock, startSimulator, type SimulatorOptions } from "../../src/simulator";
import type { Page } from "playwright-core";
import { connectProxy } from "../client/connect-proxy";
import { skip } from "../examples/browser";
import { ON_SECOND_LINE } from "../harness/lines";
import { GUEST } from "../harness/logins";
import { until } from "../harness/until";
import { Dialog, type Setting } from "./dialog";
import { HAS_DARK_THEME } from "./editor";
import { openAs, openWith } from "./shared";

const PASSWORD = "kEy-Stone_9042";
const CODES = "JBSWY3DPEHPK3PXP";

const FIRST = ["Address", "User", "Password", "Name"];
const MORE = [
  ...["Certificate", "Fingerprint", "Log in with", "2FA secret", "Power is known by", "Power is pressed by"],
  ...["HTTP proxy", "Extra headers", "Connect within", "Answer within", "Video runs on", "Files from"],
  "Let through",
];
/** Of a device that has everything, step by step. */
const FOUND = [
  ...[/^Name lookup/, /^Reachable yes/, /^Certificate the one that is trusted/, /^PiKVM answers/, /^Login accepted/],
  ...[/^Software kvmd 4\.\d+ on \w/, /^ATX .*LED is lit/, /^Keyboard and mouse both work/, /^USB drive .* GB free/],
  ...[
    /^Video 1280 × 720/,
    /^Text recognition .*eng/,
    /^GPIO \d+ channels/,
    /^PiKVM Switch 4 ports/,
    /^Host's power on/,
  ],
];

test("the device dialog connects, with a login to the editor, below a path", { skip }, async (t) => {
  const start = async (options: SimulatorOptions = {}) => {
    const simulator = await startSimulator({ passwd: PASSWORD, clock: scaledClock(10), power: true, ...options });
    t.after(() => simulator.close());
    return simulator;
  };
  const simulator = await start({ relayBoard: true, switchUnits: 1 });
  const { nodeRed, editor } = await openWith([]);
  const { page } = editor;
  /** All that the editor's server has answered to dialogs and about flows. */
  const answers: Promise<string>[] = [];
  const listenTo = (page: Page) =>
    page.on("response", (response) => {
      if (/\/red\/(pikvm|flows|credentials)/.test(response.url())) answers.push(response.text().catch(() => ""));
    });
  listenTo(page);
  /** Of what is between the dialog and what answers it, both of this package: one line is enough. */
  const once = async (title: string, run: (t: TestContext) => Promise<void>): Promise<void> => {
    if (!ON_SECOND_LINE) await t.test(title, run);
  };
  const steps = page.locator("#pikvm-steps");
  const button = page.locator("#pikvm-connect");
  const trust = page.locator("#pikvm-certificate-trust");
  const step = (name: string) => steps.locator(`li[data-step="${name}"]`);

  const fill = async (dialog: Dialog, values: Record<string, string>): Promise<void> => {
    const settings = Object.entries(values).map(([field, value]): Setting => ({ field, value }));
    for (const setting of settings) await dialog.set(setting);
  };
  /** Resolves when no step is to come any more. */
  const connected = async (): Promise<void> => {
    await steps.locator(".pikvm-step-working").waitFor({ state: "detached" });
  };
  const connect = async (): Promise<void> => {
    await button.click();
    await connected();
  };
  /** The id of the only device. */
  const device = () =>
    page.evaluate(() => {
      let found = "";
      RED.nodes.eachConfig(({ type, id }) => {
        if (type === "pikvm-device") found = id;
        return true;
      });
      return found;
    });

  await t.test("a new one has nothing sent to it before its certificate is trusted", async () => {
    const dialog = await Dialog.ofConfig(editor, "pikvm-device", "_ADD_");
    assert.deepEqual(await dialog.visibleRows(), FIRST);
    assert.equal(await dialog.tray.locator("details[open]").count(), 0);
    assert.equal(await dialog.field("trust").inputValue(), "fingerprint");
    await dialog.unfold("proxy");
    assert.deepEqual(await dialog.visibleRows(), [...FIRST, ...MORE]);
    assert.ok(await dialog.field("readOnly").isVisible());
    await dialog.tray.locator(".pikvm-more > summary").click();
    await fill(dialog, { address: simulator.url, user: "admin", password: PASSWORD });
    await button.focus();
    await page.keyboard.press("Enter");
    await trust.waitFor();
    await connected();
    assert.ok(await trust.evaluate((element) => element === document.activeElement));
    assert.deepEqual(simulator.requests, []);
    assert.equal(await steps.getAttribute("aria-live"), "polite");
    const print = await page.locator("#pikvm-certificate-fingerprint").innerText();
    assert.deepEqual(
      print.split("\n").map((line) => line.split(":").filter((pair) => pair !== "").length),
      [8, 8, 8, 8],
    );
    assert.equal(print.replaceAll("\n", ""), simulator.fingerprint);
    const asked = await step("certificate").or(steps.locator(".pikvm-certificate")).allInnerTexts();
    assert.match(
      asked.join(" ").replace(/\s+/g, " "),
      /self-signed.*issued to .*PiKVM.* valid [\d/]+ to [\d/]+ SHA-256/,
    );
    const colours = await steps
      .locator("#pikvm-certificate-fingerprint, .pikvm-certificate p")
      .evaluateAll((parts) => parts.map((part) => getComputedStyle(part).color));
    assert.equal(new Set(colours).size, 1, "a fingerprint is nothing to be afraid of");
    assert.deepEqual(await dialog.barriers(), []);
    await editor.picture("connect-1-certificate");

    await trust.focus();
    await page.keyboard.press("Enter");
    await step("power").waitFor();
    await connected();
    const told = await steps
      .locator("li[data-step]")
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).innerText.replace(/\s+/g, " ").trim()));
    assert.equal(told.length, FOUND.length, told.join("\n"));
    for (const [index, expected] of FOUND.entries()) assert.match(told[index] ?? "", expected);
    assert.equal(await steps.locator(".pikvm-step-ok > i.fa-check").count(), FOUND.length, "each with a tick");
    const width = await step("video").locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth); // prettier-ignore
    assert.ok(width > 100 && width <= 480, `${width} pixels`);
    for (const theme of ["light", "dark"] as const) {
      await editor.setTheme(theme);
      await editor.picture(`connect-2-${theme}`);
      if (theme === "light" || HAS_DARK_THEME) assert.deepEqual(await dialog.barriers(), [], theme);
    }
    await editor.setTheme("light");
    assert.equal(await dialog.field("fingerprint").inputValue(), simulator.fingerprint);
    await dialog.save();
    assert.deepEqual((await editor.node(await device())).validationErrors, []);
  });

  await once("what goes wrong is said, with what to do", async () => {
    const at = async (server: Server): Promise<string> => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      t.after(() => server.close());
      return `127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
    };
    const web = await at(createServer((_request, response) => response.writeHead(404).end("no such page")));
    const silent = await at(createTcpServer());
    const late = await start({ totpSecret: CODES, clock: realClock({ skew: 300_000 }) });
    const redirecting = await start({ redirectPort: 0 });
    const dialog = await Dialog.ofConfig(editor, "pikvm-device", await device());
    const table: [values: Record<string, string>, step: string, says: RegExp][] = [
      [{ password: "wrong" }, "login", /User or password is wrong.*web page/],
      [{ password: "" }, "login", /wants a password/],
      [
        { address: "127.0.0.1:1", password: PASSWORD },
        "reachable",
        /refuses the connection.*port.*\(error code ECONNREFUSED\)/,
      ],
      [{ address: "no-such-name.invalid" }, "name", /No such name is known/],
      [{ address: silent, connectTimeout: "0.2" }, "reachable", /No answer in time.*switched on.*firewall/],
      [{ address: `http://${web}`, connectTimeout: "10" }, "pikvm", /no PiKVM.*address and port/],
      [{ address: web }, "certificate", /does not speak HTTPS.*http:\/\//],
      [{ address: String(redirecting.redirectUrl) }, "pikvm", /write the address with https/],
      [
        { address: late.url, fingerprint: late.fingerprint, totpSecret: CODES },
        "login",
        /two-factor code is for another time.*clocks/,
      ],
    ];
    for (const [values, name, says] of table) {
      await fill(dialog, values);
      assert.equal(await page.locator("#pikvm-plain").isVisible(), values["address"]?.startsWith("http:") ?? false);
      await connect();
      assert.match((await step(name).innerText()).replaceAll("\n", " "), says);
      assert.match(String(await step(name).getAttribute("class")), /pikvm-step-failed/);
      assert.equal(await steps.locator("li").last().getAttribute("data-step"), name);
    }
    assert.deepEqual(await dialog.barriers(), []);
    await editor.picture("connect-3-failed");
    const right = await start({ totpSecret: CODES, clock: realClock() });
    await fill(dialog, { address: right.url, fingerprint: right.fingerprint });
    await connect();
    assert.match(await step("clock").innerText(), /agree, within \d+ s/);
    await dialog.cancel();
  });

  await once(
    "once deployed its stored password works, at its own address only; a changed certificate stops",
    async () => {
      await nodeRed.deployed(() => editor.deploy());
      const dialog = await Dialog.ofConfig(editor, "pikvm-device", await device());
      assert.equal(await dialog.field("password").inputValue(), "__PWRD__");
      assert.equal(await dialog.tray.locator("details[open]").count(), 0, "a fingerprint is nothing unusual");
      const spoken = (lang: string) =>
        page.evaluate((lang) => {
          RED.i18n.lang = () => lang;
        }, lang);
      await spoken("de");
      await connect();
      await spoken("en-US");
      assert.match(await step("power").innerText(), /on/);
      assert.match(await step("drive").innerText(), /\d,\d of \d+,\d GB/);
      const old = await start({ kvmd: "1.100" });
      await fill(dialog, { address: old.url, fingerprint: old.fingerprint });
      await connect();
      assert.match(await step("login").innerText(), /only for the address that is deployed/);
      await fill(dialog, { password: PASSWORD });
      await connect();
      assert.match(await step("software").innerText(), /kvmd 1\.100/);
      for (const name of ["ocr", "switch"]) assert.match(await step(name).innerText(), /not there/);
      assert.equal(await steps.locator(".pikvm-step-failed").count(), 0);

      const { fingerprint } = old;
      old.changeCertificate();
      await connect();
      assert.match(await step("certificate").innerText(), /another certificate than the trusted one/);
      const shown = async (which: string) => (await page.locator(`#pikvm-certificate-${which}`).innerText()).replaceAll("\n", ""); // prettier-ignore
      assert.deepEqual([await shown("trusted"), await shown("presented")], [fingerprint, old.fingerprint]);
      await editor.picture("connect-4-changed");
      await trust.click();
      await step("power").waitFor();
      await connected();
      await dialog.cancel();
    },
  );

  await once("Cancel ends it at the server, and so does closing the dialog", async () => {
    for (const end of ["button", "dialog"]) {
      const before = simulator.requests.length;
      const dialog = await Dialog.ofConfig(editor, "pikvm-device", await device());
      const fault = simulator.faults.add({ kind: "hang", path: /auth/ });
      await button.click();
      await until(() => simulator.requests.length > before, { what: "a request" });
      if (end === "button") {
        await page.locator("#pikvm-connect-cancel").click();
        await steps.getByText("Cancelled.").waitFor();
        await connected();
      }
      await dialog.cancel();
      await until(() => simulator.connections === 0, { what: "the connections to end" });
      fault.remove();
    }
  });

  await once("devices on the network are offered, and that none answers is said", async () => {
    const dialog = await Dialog.ofConfig(editor, "pikvm-device", await device());
    const find = page.locator("#pikvm-find");
    const found = page.locator("#pikvm-found");
    const devices = [
      { name: "pikvm-lab", platform: "v4plus", address: "192.0.2.7" },
      { name: "<b>other</b>", platform: "", address: "192.0.2.8" },
    ];
    let answer: object = { devices: [] };
    let status = 200;
    await page.route("**/red/pikvm/find", (route, request) => {
      assert.match(String(request.headers()["authorization"]), /^Bearer /);
      return route.fulfill({ status, json: answer });
    });
    await find.focus();
    await page.keyboard.press("Enter");
    await found.getByText("No device has answered.").waitFor();
    answer = { devices };
    await find.click();
    const offers = found.getByRole("button");
    await offers.first().waitFor();
    assert.deepEqual(await offers.allInnerTexts(), ["pikvm-lab · 192.0.2.7 · v4plus", "<b>other</b> · 192.0.2.8"]);
    await editor.picture("connect-5-found");
    // The first has the focus.
    await page.keyboard.press("Enter");
    assert.equal(await dialog.field("address").inputValue(), "192.0.2.7");
    assert.ok(await dialog.field("user").evaluate((field) => field === document.activeElement));
    assert.equal(await offers.count(), 0);
    [status, answer] = [500, {}];
    await find.click();
    await found.getByText("did not answer (500)").waitFor();
    await page.unroute("**/red/pikvm/find");
    editor.problems.length = 0;
    await dialog.cancel();
  });

  const value = "Ticket-77-for-the-Door";
  await once("extra headers go with every request, by way of the proxy, and are seen by nobody again", async (t) => {
    const proxy = await connectProxy(t);
    const dialog = await Dialog.ofConfig(editor, "pikvm-device", await device());
    await dialog.unfold("proxy");
    assert.match(await dialog.field("proxy").locator("option:checked").innerText(), /none|add new/i);
    await editor.picture("connect-6-more");
    const rows = dialog.tray.locator("#pikvm-headers .pikvm-header:visible");
    assert.equal(await rows.count(), 0);
    await dialog.tray.locator("#pikvm-headers button").click();
    await rows.locator("input").first().fill("X-Door");
    await rows.locator("input").last().fill(value);
    const before = simulator.requests.length;
    await connect();
    const sent = simulator.requests.slice(before);
    assert.ok(sent.length > 0 && sent.every(({ headers }) => headers["x-door"] === value));
    const way = await dialog.add("proxy");
    await way.set({ field: "url", value: `http://${proxy.target}` });
    await way.tray.locator("#node-config-dialog-ok").click();
    const isChosen = async () => (await dialog.field("proxy").inputValue()) !== "_ADD_";
    await until(isChosen, { what: "the proxy to be chosen" });
    await dialog.save();
    await nodeRed.deployed(() => editor.deploy());

    const again = await Dialog.ofConfig(editor, "pikvm-device", await device());
    assert.equal(await again.tray.locator("details[open]").count(), 1);
    assert.deepEqual(
      await rows.locator("input").evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value)),
      ["X-Door", "__PWRD__"],
    );
    assert.ok(!(await page.content()).includes(value));
    await connect();
    assert.equal(simulator.requests.at(-1)?.headers["x-door"], value);
    assert.deepEqual([...new Set(proxy.asked.map(({ authority }) => authority))], [simulator.url.replace("https://", "")]); // prettier-ignore
    await editor.picture("connect-7-headers");
    await rows.locator("input").first().fill("");
    await rows.locator("input").last().fill("");
    await again.save();
    await nodeRed.deployed(() => editor.deploy());
    assert.deepEqual((await editor.node(await device()))["headers"], []);
  });

  await once("who may only look connects to nothing, and is told so", async (t) => {
    const guest = await openAs(GUEST);
    t.after(() => guest.close());
    const { page } = guest;
    listenTo(page);
    await page.evaluate(() => void $.get("flows"));
    const dialog = await Dialog.ofConfig(guest, "pikvm-device", await device());
    const before = simulator.requests.length;
    await page.locator("#pikvm-connect").click();
    await page.locator("#pikvm-steps").getByText("Not authorized").waitFor();
    await page.locator("#pikvm-find").click();
    await page.locator("#pikvm-found").getByText("Not authorized").waitFor();
    assert.equal(simulator.requests.length, before);
    await dialog.cancel();
    // As a page of another site would ask, which has no token.
    const asked = await page.evaluate(async () => {
      const ask = (method: string) => fetch("pikvm/connect", { method, credentials: "include" });
      return [(await ask("POST")).status, (await ask("GET")).status];
    });
    assert.deepEqual(asked, [401, 404]);
  });

  await t.test("no answer has held a secret", async () => {
    const texts = await Promise.all(answers);
    assert.ok(texts.some((text) => text.includes('"step":"video"')));
    for (const text of texts) assert.doesNotMatch(text, new RegExp(`${PASSWORD}|${CODES}|${value}`));
  });

  await t.test("neither the page nor Node-RED complained", () => {
    assert.deepEqual(editor.problems, []);
    assert.deepEqual(nodeRed.errors, []);
  });
});
