import { startSimulator } from "../../src/simulator";
import { launchBrowser } from "../examples/browser";
import { startChild } from "../examples/child";
import { example, filledIn } from "../examples/example";
import { AedesBroker } from "../harness/aedes";
import { until } from "../harness/until";
import type { Entity } from "../home-assistant/entity";
import { HomeAssistant } from "../home-assistant/home-assistant";
import type { PathOf } from "./canvas";

const DEVICE = "desk";
const HOSTS = ["debian", "nas", "router"];
const WIDTH = 1180;
const SHARPNESS = 1.5;

/** What a bridge has published, as a list of what it makes of it in Home Assistant. */
export async function takeEntities(pathOf: PathOf): Promise<void> {
  const simulator = await startSimulator({ power: true, images: { "debian-13-netinst.iso": 665_000_000 }, relayBoard: true, switchUnits: 1 }); // prettier-ignore
  const { chain } = simulator.state.switch;
  for (const [port, name] of HOSTS.entries()) chain.settingsOf(port).name = name;
  chain.activate(0);
  const broker = new AedesBroker();
  await broker.start();
  const flow = filledIn(example("home-assistant.json"), simulator).map((node) => {
    if (node.type === "pikvm-device") return { ...node, name: DEVICE };
    return node.type === "mqtt-broker" ? { ...node, broker: "127.0.0.1", port: broker.port } : node;
  });
  const nodeRed = await startChild(flow);
  try {
    const homeAssistant = await HomeAssistant.of(broker);
    const isKnown = (name: string) => () => {
      const entity = homeAssistant.entities.find((entity) => entity.name === `${DEVICE} ${name}`);
      return entity !== undefined && !["unknown", "unavailable"].includes(entity.state);
    };
    await until(isKnown("kvmd version"), { what: "the device" });
    await homeAssistant.press(`button.pikvm_${DEVICE}_take_picture`);
    for (const name of ["Screen", "Power", "Video size"]) await until(isKnown(name), { what: name });
    await draw(pageOf(homeAssistant.entities), pathOf("home-assistant-entities.png"));
    await homeAssistant.close();
  } finally {
    await nodeRed.stop();
    await broker.stop();
    await simulator.close();
  }
}

async function draw(html: string, file: string): Promise<void> {
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 100 }, deviceScaleFactor: SHARPNESS });
  await page.setContent(html);
  await page.screenshot({ path: file, fullPage: true });
  await browser.close();
}

type Group = readonly [title: string, has: (entity: Entity) => boolean];

/** As Home Assistant groups the entities of a device, in three columns. */
const COLUMNS: readonly (readonly Group[])[] = [
  [
    ["Controls", (entity) => categoryOf(entity) === undefined && isCommanded(entity)],
    ["Configuration", (entity) => categoryOf(entity) === "config"],
  ],
  [["Sensors", (entity) => categoryOf(entity) === undefined && !isCommanded(entity)]],
  [["Diagnostic", (entity) => categoryOf(entity) === "diagnostic"]],
];
const categoryOf = ({ config }: Entity): unknown => config["entity_category"];
const isCommanded = ({ config }: Entity): boolean => config["command_topic"] !== undefined;
const isShown = ({ config }: Entity): boolean => config["enabled_by_default"] !== false;

function pageOf(entities: readonly Entity[]): string {
  const shown = entities.filter(isShown);
  const group = ([title, has]: Group): string =>
    `<section><h2>${title}</h2>${shown.filter(has).map(rowOf).join("")}</section>`;
  const columns = COLUMNS.map((groups) => `<article>${groups.map(group).join("")}</article>`);
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
    <h1>${DEVICE}</h1>
    <p>${shown.length} entities and their states, from what the mqtt-bridge node has published for Home Assistant.
      This is a list of them, no picture of Home Assistant.</p>
    <main>${columns.join("")}</main>`;
}

function rowOf(entity: Entity): string {
  const name = entity.name.replace(`${DEVICE} `, "");
  return `<div><b>${escaped(name)}</b><code>${entity.is.id}</code><span>${valueOf(entity)}</span></div>`;
}

function valueOf({ is, state, config, picture }: Entity): string {
  if (picture) return `<img src="data:${picture.contentType};base64,${picture.bytes.toString("base64")}">`;
  if (is.platform === "button") return "<i>press</i>";
  const unit = config["unit_of_measurement"];
  const text = [state, ...(typeof unit === "string" ? [unit] : [])].join(" ");
  return is.platform === "switch" || is.platform === "select" ? `<i>${escaped(text)}</i>` : escaped(text);
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const STYLE = `
  body { margin: 0; padding: 22px; background: #f4f6f5; color: #26302e; font: 14px/1.35 Arial, sans-serif; }
  h1 { margin: 0; font-size: 22px; } p { margin: 4px 0 14px; color: #5c6a67; }
  main { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; }
  section { margin: 0 0 16px; padding: 10px 14px; background: #fff;
    border: 1px solid #d9e0de; border-radius: 6px; }
  h2 { margin: 0 0 4px; font-size: 15px; color: #2f6b5e; }
  div { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; padding: 4px 0; border-top: 1px solid #eef2f1; }
  b { font-weight: normal; } code { grid-row: 2; font-size: 11px; color: #8a9794; }
  span { grid-row: 1 / 3; grid-column: 2; align-self: center; text-align: right; max-width: 150px; }
  i { font-style: normal; padding: 2px 10px; border: 1px solid #7ab8aa; border-radius: 10px; color: #2f6b5e; }
  img { display: block; width: 128px; border-radius: 3px; }
`;
