import { randomBytes } from "node:crypto";
import { parseAddress } from "../client";
import { startSimulator } from "../simulator";
import type { DeviceEnvironment } from "./environment";
import { trustedFingerprint } from "./trust";

/** What the demo flow works with. */
export interface DemoDevice {
  environment: DeviceEnvironment;
  /** For people. */
  name: string;
  /** Where a browser sees what happens. */
  page: string;
  /** What somebody needs who fills it in by hand, in a line each; nothing of a device that is not ours. */
  login: readonly string[];
  close(): Promise<void>;
}

const IMAGES = { "debian-13-netinst.iso": 665_000_000, "memtest86.iso": 12_000_000, "rescue.img": 128_000_000 };
/** Behind the ports of its Switch. */
const HOSTS = ["debian", "nas", "router"];

/** The real device that the environment names, or else a simulated one. */
export function demoDevice(env: NodeJS.ProcessEnv): Promise<DemoDevice> {
  return env["PIKVM_URL"] ? realDevice(env["PIKVM_URL"], env) : simulatedDevice();
}

async function simulatedDevice(): Promise<DemoDevice> {
  const user = "admin";
  const passwd = randomBytes(6).toString("base64url");
  const simulator = await startSimulator({
    user,
    passwd,
    images: IMAGES,
    hddActivity: true,
    relayBoard: true,
    switchUnits: 1,
  });
  const { url, fingerprint } = simulator;
  const { chain } = simulator.state.switch;
  for (const [port, name] of HOSTS.entries()) chain.settingsOf(port).name = name;
  chain.activate(0);
  return {
    environment: { PIKVM_URL: url, PIKVM_USER: user, PIKVM_PASSWORD: passwd, PIKVM_FINGERPRINT: fingerprint },
    name: "a simulated PiKVM",
    page: `${url}/simulator`,
    login: [`address      ${url}`, `user         ${user}`, `password     ${passwd}`, `fingerprint  ${fingerprint}`],
    close: () => simulator.close(),
  };
}

async function realDevice(url: string, env: NodeJS.ProcessEnv): Promise<DemoDevice> {
  const address = parseAddress(url);
  const { PIKVM_USER = "admin", PIKVM_PASSWORD, PIKVM_FINGERPRINT } = env;
  if (PIKVM_PASSWORD === undefined) throw new Error("PIKVM_URL is set, but PIKVM_PASSWORD is not.");
  const fingerprint = PIKVM_FINGERPRINT || (await trustedFingerprint(address));
  return {
    environment: { PIKVM_URL: url, PIKVM_USER, PIKVM_PASSWORD, PIKVM_FINGERPRINT: fingerprint },
    name: "your PiKVM",
    page: `${address.origin}${address.path}`,
    login: [],
    close: () => Promise.resolve(),
  };
}
