import { test } from "node:test";
import { scaledClock, startSimulator } from "../../src/simulator";
import { until } from "../harness/until";
import { launchBrowser, skip } from "./browser";
import { startChild } from "./child";
import { example, filledIn } from "./example";

const HOSTS: unknown[] = ["pikvm", "pikvm-2", "pikvm-3"];

test("fleet.json in a browser, with three devices", { skip }, async (t) => {
  const start = () => startSimulator({ clock: scaledClock(5) });
  const simulators = [await start(), await start(), await start()] as const;
  t.after(() => Promise.all(simulators.map((simulator) => simulator.close())));
  const [first, second, third] = simulators;
  first.host.power = true;
  const child = await startChild(filledIn(example("fleet.json"), (name) => simulators[HOSTS.indexOf(name)] ?? third));
  t.after(() => child.stop());
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${child.url}/dashboard/pikvm-fleet`);

  const row = (host: string) => page.locator(`tr[data-host="${host}"]`);
  const showsPower = (host: string, power: string) => row(host).locator(`[data-power="${power}"]`).waitFor();
  // By the keyboard: the dashboard's buttons ignore some clicks of a pointer that jumps, as only a test's does.
  const press = (host: string, action: string) =>
    row(host).getByRole("button", { name: action, exact: true }).press("Enter");

  await t.test("each host has a row with its power and the picture of its screen", async () => {
    await showsPower("pikvm", "on");
    await showsPower("pikvm-2", "off");
    await showsPower("pikvm-3", "off");
    for (const host of HOSTS) await row(String(host)).locator('img[src^="data:image/jpeg"]').waitFor();
  });

  await t.test("a button presses the button of its host, and of no other", async () => {
    await press("pikvm-2", "on");
    await until(() => second.host.leds.power, { what: "the second host's LED" });
    await showsPower("pikvm-2", "on");
    await press("pikvm", "off");
    await until(() => !first.host.leds.power, { what: "the first host's LED going off" });
    await showsPower("pikvm", "off");
    await showsPower("pikvm-3", "off");
  });

  await t.test("a look at the hosts does not end the wait of a press", async () => {
    second.host.settings.ignoresShutdown = true;
    const looks = () => second.requests.filter(({ method, path }) => method === "GET" && path === "/api/atx").length;
    const pictures = () => second.requests.filter(({ path }) => path === "/api/streamer/snapshot").length;
    await press("pikvm-2", "off");
    await until(() => second.host.presses.length === 2, { what: "the press" });
    const before = { looks: looks(), pictures: pictures() };
    // Both come with each look of the page.
    await until(() => pictures() > before.pictures + 1 && looks() > before.looks + 1, { timeout: 40_000, what: "two looks" });
    await showsPower("pikvm-2", "off ...");
    second.host.power = false;
    await showsPower("pikvm-2", "off");
  });

  await t.test("a device that is away is named in its row, the others go on", async () => {
    await third.unplug();
    await press("pikvm-3", "on");
    await showsPower("pikvm-3", "ConnectError");
    await press("pikvm", "on");
    await showsPower("pikvm", "on");
  });
});
