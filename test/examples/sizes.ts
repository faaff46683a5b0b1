import type { FlowConfig } from "../harness/node-red";

type FlowNode = FlowConfig[number];

/** What Node-RED's editor leaves around the nodes of a group, and beside a button. */
const MARGIN = 26;
const BUTTON = 20;

/** Widths in Arial, and in what replaces it on other systems, in thousandths of the font's size. */
const WIDTHS: readonly [width: number, characters: string][] = [
  [191, "'"],
  [222, "ijl"],
  [278, " !,./:;I[]\\ft"],
  [333, "()-r"],
  [355, '"'],
  [389, "*"],
  [500, "Jckszvxy"],
  [556, "#$0123456789?_abdeghnopquL"],
  [584, "+<=>"],
  [611, "FTZ"],
  [667, "&ABEKPSVXY"],
  [722, "CDHNRUw"],
  [778, "GOQ"],
  [833, "Mm"],
  [889, "%"],
  [944, "W"],
];
const FONT_SIZE = 14;

const WITHOUT_INPUT = ["inject", "link in", "mqtt in", "status", "comment", "pikvm-events", "pikvm-screen-watch"];

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where the editor draws a node: as wide as its name, in steps of the grid. */
export function boxOf(node: FlowNode): Box {
  const { x, y } = node as unknown as { x: number; y: number }; // what is drawn has them
  const [width, height] = node.type === "junction" ? [10, 10] : [widthOf(node), 30];
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

function widthOf(node: FlowNode): number {
  const port = WITHOUT_INPUT.includes(node.type) ? 0 : 7;
  return Math.max(100, 20 * Math.ceil((textWidth(nameOf(node)) + 50 + port) / 20));
}

/** What the editor shows. Only what somebody has named is as wide in every language. */
export const nameOf = ({ name, label }: FlowNode): string => String(name || label);

function textWidth(text: string): number {
  const widths = [...text].map((character) => WIDTHS.find(([, characters]) => characters.includes(character))?.[0]);
  if (widths.includes(undefined)) throw new Error(`how wide is "${text}"?`);
  return Math.round((widths.reduce<number>((sum, width) => sum + (width ?? 0), 0) * FONT_SIZE) / 1000);
}

/** The frame that the editor draws around nodes. */
export function frameOf(nodes: readonly FlowNode[]): Box {
  const boxes = nodes.map((node) => ({ node, ...boxOf(node) }));
  return {
    left: Math.min(...boxes.map(({ node, left }) => left - MARGIN - (node.type === "inject" ? BUTTON : 0))),
    top: Math.min(...boxes.map(({ top }) => top - MARGIN)),
    right: Math.max(...boxes.map(({ node, right }) => right + MARGIN + (node.type === "debug" ? BUTTON : 0))),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom + MARGIN)),
  };
}
