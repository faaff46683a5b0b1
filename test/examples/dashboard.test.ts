import { test } from "node:test";
import { startSimulator } from "../../src/simulator";
import { until } from "../harness/until";
import { launchBrowser, skip } from "./browser";
import { startChild } from "./child";
import { example, filledIn } from "./example";

test("dashboard-buttons.json in a browser", { skip }, async (t) => {
  const simulator = await startSimulator({ ledDelay: 50, shutdownDelay: 50 });
  t.after(() => simulator.close());
  const child = await startChild(filledIn(example("dashboard-buttons.json"), simulator));
  t.after(() => child.stop());
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${child.url}/dashboard/pikvm-buttons`);

  const showsPower = (power: "on" | "off") => page.locator(`.pikvm-power[data-power="${power}"]`).waitFor();
  // By the keyboard: the dashboard's buttons ignore some clicks of a pointer that jumps, as only a test's does.
  const press = (label: string) => page.getByRole("button", { name: label, exact: true }).press("Enter");

  await t.test("the page shows that the device is there and the host is off", async () => {
    await showsPower("off");
    await page.getByText("connected", { exact: true }).waitFor();
  });

  await t.test("the button On lights the host's LED, and the page shows it", async () => {
    await press("On");
    await until(() => simulator.host.leds.power, { what: "the host's LED" });
    await showsPower("on");
  });

  await t.test("the button Off switches it off again", async () => {
    await press("Off");
    await until(() => !simulator.host.leds.power, { what: "the host's LED going off" });
    await showsPower("off");
  });

  await t.test("what goes wrong is shown by name", async () => {
    simulator.faults.add({ kind: "status", code: 503, path: "/api/atx", times: 1 });
    await press("On");
    await page.getByText("UnavailableError").waitFor();
  });
});
