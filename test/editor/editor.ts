import { mkdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { launchBrowser } from "../examples/browser";
import type { Login } from "../harness/logins";
import { CHECKOUT, NODE_RED_HOME } from "../harness/node-red";
import { DARK } from "./dark";
import { hasten, STILL } from "./haste";
import type { EditorNode } from "./red";

const { version } = JSON.parse(readFileSync(path.join(NODE_RED_HOME, "package.json"), "utf8")) as { version: string };

/** With PICTURES=yes, pictures of the editor are left here to be looked at. */
export const PICTURES = path.join(CHECKOUT, "dist/pictures", version);

/** The line of Node-RED whose dark theme is its own; on the older one it is the same dialogs in other colours. */
export const HAS_DARK_THEME = !version.startsWith("4.");

/** The editor for code that Node-RED has by itself is a third of what a browser has to load. */
export const LIGHT = { codeEditor: { lib: "ace" } };

export const WINDOW = { width: 1200, height: 760 };

/** Where an editor is, without a slash at the end, and who uses it. */
interface Place {
  url: string;
  login?: Login | undefined;
}

type Theme = "light" | "dark";

/** What is deployed, and which deploy it was. */
interface Flows {
  flows: object[];
  rev: string;
}

/** Node-RED's editor in a browser, used as a person uses it. */
export class Editor {
  /** What the page complained about. */
  readonly problems: string[] = [];
  readonly page: Page;
  /** What is closed with it. */
  readonly #whole: Browser | Page;

  private constructor(page: Page, whole: Browser | Page) {
    this.page = page;
    this.#whole = whole;
    page.on("pageerror", (error) => {
      // Node-RED's editor for JSON, which it has closed while a part of it was still at work.
      if (!/Model is disposed/.test(String(error))) this.problems.push(error.stack ?? String(error));
    });
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
  }

  /** @param shared a browser that stays open; else one of its own. */
  static async open(place: Place, options: BrowserContextOptions = {}, shared?: Browser): Promise<Editor> {
    const browser = shared ?? (await launchBrowser());
    const page = await browser.newPage({ viewport: WINDOW, ...options });
    const editor = new Editor(page, shared ? page : browser);
    await editor.load(place);
    return editor;
  }

  /** Somebody who has logged in before need not do so again. */
  async load({ url, login }: Place): Promise<void> {
    await this.page.goto(`${url}/`);
    if (login) {
      await this.page.locator("#node-dialog-login-username").fill(login.username);
      await this.page.locator("#node-dialog-login-password").fill(login.password);
      // The page asks first, and is refused.
      this.problems.length = 0;
      await this.page.locator("#node-dialog-login-submit").click();
    }
    await this.page.waitForFunction(() => typeof RED === "object" && RED.nodes.getType("pikvm-device") !== undefined);
    await this.page.locator("#red-ui-loading-progress").waitFor({ state: "hidden" });
    await this.page.locator("#red-ui-workspace-chart svg").first().waitFor();
    await this.page.addStyleTag({ content: DARK + STILL });
    await this.page.evaluate(hasten);
  }

  /**
   * As if the page were loaded anew, which takes some seconds of a processor: what was done in it is forgotten, and it
   * shows what has been deployed meanwhile.
   */
  async startOver(deploy: () => Promise<void>): Promise<void> {
    const { page } = this;
    await this.closeDialogs();
    await this.setTheme("light");
    await page.setViewportSize(WINDOW);
    await page.unrouteAll();
    page.removeAllListeners("response");
    // A page that knows of no deploy does not tell of those of others.
    await page.evaluate(() => RED.nodes.version(null));
    await deploy();
    await page.evaluate(async () => {
      RED.nodes.clear();
      RED.history.clear();
      const headers = { Accept: "application/json" };
      const { flows, rev } = (await $.ajax({ url: "flows", cache: false, headers })) as Flows; // as Node-RED answers
      RED.nodes.version(rev);
      RED.nodes.import(flows);
      RED.nodes.dirty(false);
      const [first] = RED.nodes.getWorkspaceOrder();
      if (first !== undefined) RED.workspaces.show(first);
      RED.view.redraw(true);
    });
    this.problems.length = 0;
  }

  async close(): Promise<void> {
    await this.#whole.close();
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.page.evaluate(
      (dark) => document.documentElement.classList.toggle("nr-theme-dark", dark),
      theme === "dark",
    );
  }

  async picture(name: string): Promise<void> {
    if (process.env["PICTURES"] !== "yes") return;
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: path.join(PICTURES, `${name}.png`), animations: "disabled" });
  }

  /** Drags a node from the palette to a place of the workspace; resolves to its id. */
  async drag(type: string, x: number, y: number): Promise<string> {
    const { page } = this;
    // Only what matches stays in the palette, so that it need not be scrolled.
    const search = page.locator("#red-ui-palette-search input");
    const name = type.replace(/^pikvm-/, "");
    await search.fill(name);
    const chart = await boxOf(page.locator("#red-ui-workspace-chart"));
    const inPalette = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    // The palette may still close, after the last search, what this one opens.
    await inPalette.waitFor({ timeout: 3000 }).catch(async () => {
      await search.fill("");
      await search.fill(name);
    });
    await inPalette.hover();
    await page.mouse.down();
    await page.mouse.move(chart.x + x + 20, chart.y + y + 20, { steps: 5 });
    await page.mouse.move(chart.x + x, chart.y + y, { steps: 3 });
    await page.mouse.up();
    const id = await page.evaluate((type) => RED.view.selection().nodes?.find((node) => node.type === type)?.id, type);
    if (id === undefined) throw new Error(`no ${type} was dropped`);
    await this.shape(id).waitFor();
    await search.fill("");
    return id;
  }

  /** The picture of a node in the workspace. */
  shape(id: string): Locator {
    return this.page.locator(`[id="${id}"]`);
  }

  /** Draws a wire with the mouse, from the n-th output of a node to the input of another. */
  async wire(from: string, to: string, output = 0): Promise<void> {
    await this.shape(from).locator(".red-ui-flow-port-output .red-ui-flow-port").nth(output).hover();
    await this.page.mouse.down();
    const end = await boxOf(this.shape(to).locator(".red-ui-flow-port-input .red-ui-flow-port"));
    await this.page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 8 });
    await this.page.mouse.up();
  }

  /** @param isAsked there is a node that is not right, and the editor asks whether it is meant. */
  async deploy({ isAsked = false } = {}): Promise<void> {
    await this.page.locator("#red-ui-header-button-deploy:not(.disabled)").click();
    if (isAsked) await this.page.getByRole("button", { name: "Confirm deploy" }).click();
    await this.page.locator("#red-ui-header-button-deploy.disabled").waitFor();
    // Until the answer is there.
    await this.page.locator(".red-ui-deploy-button-spinner").waitFor({ state: "hidden" });
    await this.page.locator("#red-ui-header-shade").waitFor({ state: "hidden" });
  }

  /** Closes what a test has left open when it failed, so that the next one can begin. */
  async closeDialogs(): Promise<void> {
    for (const button of ["#node-config-dialog-cancel", "#node-dialog-cancel"]) {
      const cancel = this.page.locator(button);
      if ((await cancel.count()) === 0) continue;
      await cancel.click();
      await cancel.waitFor({ state: "detached" });
    }
  }

  /** What the editor knows about a node: what it would deploy, and whether that is right. */
  async node(id: string): Promise<EditorNode & { validationErrors: string[] }> {
    return this.page.evaluate((id) => {
      const node = RED.nodes.node(id);
      if (!node) throw new Error(`there is no node ${id}`);
      const { type, valid, validationErrors = [] } = node;
      const names = Object.keys(RED.nodes.getType(type)?.defaults ?? {});
      return { ...Object.fromEntries(names.map((name) => [name, node[name]])), id, type, valid, validationErrors };
    }, id);
  }
}

export async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (!box) throw new Error("it is not on the page");
  return box;
}
