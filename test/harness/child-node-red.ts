import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../examples/free-port";
import { ADMIN_AUTH, OWNER, type Login } from "./logins";
import { CHECKOUT, excludedNodes, NODE_RED_HOME, type FlowConfig, type OwnNodes } from "./node-red";
import { until } from "./until";

/** What a Node-RED logged: `type` and `id` of the node that did. */
interface ChildLog {
  level: number;
  msg: string;
  type?: string;
  id?: string;
}

/** Node-RED's log levels are numbers that fall with importance. */
const ERROR = 20;

interface Options extends OwnNodes {
  /** With what it needs installed in it; an empty one, removed at the end, when absent. */
  userDir?: string;
  /** Folders with nodes outside of the user directory; this checkout when absent. */
  nodesDir?: string[];
  editorTheme?: object;
  /** Where the editor is, without a slash at the end. */
  adminRoot?: string;
  /** Only those of `logins.ts` may use it. */
  hasLogin?: boolean;
  /** For Node.js itself. */
  nodeOptions?: string[];
}

/** A Node-RED as users run it: a process of its own, talked to through its admin HTTP API. */
export class ChildNodeRed {
  readonly logs: ChildLog[] = [];
  /** Where the editor is, without a slash at the end. */
  readonly url: string;
  readonly userDir: string;
  /** Of who may do everything, where somebody has to log in. */
  readonly login: Login | undefined;
  readonly #child: ChildProcess;
  readonly #temporary: boolean;
  #headers: Record<string, string> = {};

  private constructor(child: ChildProcess, url: string, directory: string, { userDir, hasLogin = false }: Options) {
    this.#child = child;
    this.url = url;
    this.userDir = directory;
    this.login = hasLogin ? OWNER : undefined;
    this.#temporary = userDir === undefined;
    child.on("message", (entry: ChildLog) => this.logs.push(entry));
  }

  static async start(options: Options = {}): Promise<ChildNodeRed> {
    const { nodesDir = [CHECKOUT], editorTheme = {}, adminRoot = "", hasLogin = false } = options;
    const directory = options.userDir ?? (await mkdtemp(path.join(tmpdir(), "pikvm-child-")));
    const port = await freePort();
    const settings = path.join(directory, "settings.cjs");
    const nodesExcludes = excludedNodes(options);
    const adminAuth = hasLogin ? ADMIN_AUTH : undefined;
    const own = { port, nodesDir, nodesExcludes, editorTheme, httpAdminRoot: `${adminRoot}/`, adminAuth };
    await writeFile(settings, settingsFile(own));
    const args = [...(options.nodeOptions ?? []), path.join(NODE_RED_HOME, "red.js"), "-s", settings, "-u", directory];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const nodeRed = new ChildNodeRed(child, `http://127.0.0.1:${port}${adminRoot}`, directory, options);
    try {
      await nodeRed.#untilStarted(0);
      await nodeRed.#untilListening();
      await nodeRed.#logIn();
    } catch (error) {
      await nodeRed.stop();
      throw error;
    }
    return nodeRed;
  }

  get errors(): ChildLog[] {
    return this.logs.filter(({ level }) => level <= ERROR);
  }

  /** Whatever is answered, to somebody who may do everything. */
  fetch(resource: string, request: RequestInit = {}): Promise<Response> {
    const headers = { ...(request.headers as Record<string, string> | undefined), ...this.#headers }; // as given here
    return fetch(`${this.url}/${resource}`, { ...request, headers });
  }

  get(resource: string, accept = "application/json"): Promise<Response> {
    return this.#ask(resource, { headers: { accept } });
  }

  async json<T>(resource: string): Promise<T> {
    return (await (await this.get(resource)).json()) as T; // the caller knows what Node-RED answers there
  }

  /** Resolves when the new flow runs. */
  async deploy(flow: FlowConfig): Promise<void> {
    await this.deployed(() => this.#ask("flows", { method: "POST", ...asJson(flow) }));
  }

  /** Resolves when the flow runs that is deployed meanwhile. Node-RED answers a deploy before that. */
  async deployed(deploy: () => Promise<unknown>): Promise<void> {
    const before = this.#starts;
    await deploy();
    await this.#untilStarted(before);
  }

  /** Presses the button of an inject node. */
  async inject(id: string): Promise<void> {
    await this.#ask(`inject/${id}`, { method: "POST" });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it, and waits until it is gone. @returns its exit code; null where the signal has ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    const [code] = (await ended) as [number | null]; // as Node.js tells the end of a process
    return code;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), 8000);
      await ended;
      clearTimeout(timer);
    }
    if (this.#temporary) await rm(this.userDir, { recursive: true, force: true });
  }

  /** Its flows may run before its server listens. */
  async #untilListening(): Promise<void> {
    const answers = (): Promise<boolean> =>
      fetch(this.url).then(
        () => true,
        () => false,
      );
    await until(answers, { what: "the editor's server" });
  }

  async #logIn(): Promise<void> {
    if (!this.login) return;
    const body = { client_id: "node-red-admin", grant_type: "password", scope: "*", ...this.login };
    const answer = await this.#ask("auth/token", { method: "POST", ...asJson(body) });
    const { access_token } = (await answer.json()) as { access_token: string }; // as Node-RED answers a login
    this.#headers = { authorization: `Bearer ${access_token}` };
  }

  async #ask(resource: string, request: RequestInit): Promise<Response> {
    const response = await this.fetch(resource, request);
    if (!response.ok) throw new Error(`${resource}: HTTP ${response.status} ${await response.text()}`);
    return response;
  }

  get #starts(): number {
    return this.logs.filter(({ msg }) => msg === "Started flows").length;
  }

  async #untilStarted(before: number): Promise<void> {
    await until(() => this.#starts > before || this.#child.exitCode !== null, { what: "started flows" });
    if (this.#child.exitCode !== null) throw new Error(`Node-RED ended with exit code ${this.#child.exitCode}`);
  }
}

const asJson = (body: unknown): RequestInit => ({
  headers: { "content-type": "application/json", "Node-RED-Deployment-Type": "full" },
  body: JSON.stringify(body),
});

interface OwnSettings {
  port: number;
  nodesDir: string[];
  nodesExcludes: string[];
  editorTheme: object;
  httpAdminRoot: string;
  adminAuth: object | undefined;
}

function settingsFile({ port, ...own }: OwnSettings): string {
  const settings = {
    uiHost: "127.0.0.1",
    uiPort: port,
    lang: "en-US",
    flowFile: "flows.json",
    credentialSecret: false,
    nodesDir: own.nodesDir,
    nodesExcludes: own.nodesExcludes,
    httpAdminRoot: own.httpAdminRoot,
    adminAuth: own.adminAuth,
    httpStatic: false,
    telemetry: { enabled: false, updateNotification: false },
    mqttReconnectTime: 50,
    externalModules: { palette: { allowInstall: false, allowUpload: false }, modules: { allowInstall: false } },
    editorTheme: { tours: false, projects: { enabled: false }, ...own.editorTheme },
  };
  return `
    // It ends also when the test was killed.
    process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
    const handler = () => ({ level, msg, type, id }) =>
      process.connected && process.send({ level, msg: String(msg?.message ?? msg), type, id });
    const console = { level: "off" };
    module.exports = { ...${JSON.stringify(settings)}, logging: { console, test: { level: "info", handler } } };
  `;
}
