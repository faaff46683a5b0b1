import type { FlowConfig } from "../harness/node-red";

/** The parts of the editor that the tests of examples use from within its page. */
interface Editor {
  actions: { invoke(action: string): void };
  settings: { version: string };
  workspaces: { show(id: string): void };
  view: { redraw(updateActive: boolean, syncRedraw: boolean): void };
  editor: { validateNode(node: EditorNode): boolean };
  nodes: {
    clear(): void;
    import(flow: FlowConfig, options: { applyNodeDefaults: boolean }): void;
    getType(type: string): unknown;
    workspace(id: string): EditorNode;
    groups(tab: string): EditorNode[];
    junctions(tab: string): EditorNode[];
    filterNodes(filter: { z: string }): EditorNode[];
    createExportableNodeSet(nodes: EditorNode[]): FlowConfig;
    eachNode(visit: (node: EditorNode) => void): void;
    eachConfig(visit: (node: EditorNode) => void): void;
  };
}

type EditorNode = Record<string, unknown>;

declare global {
  interface Window {
    RED: Editor;
  }
}

/** What the editor makes of a flow. */
export interface Drawn {
  /** Where nodes overlap, or a wire runs behind a node, or one of them is not drawn at all. */
  problems: string[];
  /** The types of the nodes that the editor marks. */
  marked: string[];
  /** Those that it still marks when the devices have a fingerprint. */
  markedWhenFilledIn: string[];
  exported: FlowConfig;
}

/** Runs in the page: imports a flow into the empty editor. */
export function drawnIn(flow: FlowConfig): Drawn {
  const { nodes, workspaces, view, editor } = window.RED;
  nodes.clear();
  nodes.import(structuredClone(flow), { applyNodeDefaults: true });
  const tab = flow.find(({ type }) => type === "tab")?.id ?? "";
  workspaces.show(tab);
  view.redraw(true, true);

  const problems: string[] = [];
  const boxes = nodes.filterNodes({ z: tab }).map(({ name, label, x, y, w, h }) => {
    const [width, height] = [Number(w), Number(h)];
    const [left, top] = [Number(x) - width / 2, Number(y) - height / 2];
    return { name: String(name || label), left, top, right: left + width, bottom: top + height };
  });
  for (const { name, left, top, right, bottom } of boxes)
    if (!(left < right && top < bottom)) problems.push(`${name} is not drawn`);
  for (const [index, a] of boxes.entries())
    for (const b of boxes.slice(index + 1))
      if (a.left < b.right + 10 && b.left < a.right + 10 && a.top < b.bottom + 5 && b.top < a.bottom + 5)
        problems.push(`${a.name} and ${b.name} overlap`);
  const lines = document.querySelectorAll<SVGPathElement>("#red-ui-workspace-chart .red-ui-flow-link-line");
  const wires = flow.flatMap((node) => ((node["wires"] ?? []) as string[][]).flat()); // for each output, whom it reaches
  if (lines.length !== wires.length) problems.push(`${lines.length} of ${wires.length} wires are drawn`);
  for (const wire of lines)
    for (let at = 0; at < wire.getTotalLength(); at += 4) {
      const { x, y } = wire.getPointAtLength(at);
      // It begins and ends at the edge of a node.
      const behind = boxes.find(({ left, top, right, bottom }) => x > left + 2 && x < right - 2 && y > top && y < bottom);
      if (behind && !problems.includes(`a wire behind ${behind.name}`)) problems.push(`a wire behind ${behind.name}`);
    }

  const marked = (): string[] => {
    const types: string[] = [];
    const look = (node: EditorNode): void => {
      editor.validateNode(node);
      if (node["type"] === "unknown" || node["valid"] !== true) types.push(String(node["type"]));
    };
    nodes.eachConfig(look);
    nodes.eachNode(look);
    return types;
  };
  const configs: EditorNode[] = [];
  nodes.eachConfig((node) => configs.push(node));
  const exported = nodes.createExportableNodeSet(
    [nodes.workspace(tab), nodes.groups(tab), nodes.junctions(tab), nodes.filterNodes({ z: tab })].flat(),
  );
  // The editor adds those that a node refers to; messages may name others.
  const unused = configs.filter(({ id }) => exported.every((node) => node.id !== id));
  exported.push(...nodes.createExportableNodeSet(unused));
  const before = marked();
  nodes.eachConfig((node) => {
    if (node["type"] === "pikvm-device") node["fingerprint"] = "AB:".repeat(31) + "AB";
  });
  return { problems, marked: before, markedWhenFilledIn: marked(), exported };
}
