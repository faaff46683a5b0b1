/** Nodes as the editor keeps them, unknown to its types: `z` is the flow it is in, `d` that it is disabled. */
type AddedNode = Record<string, unknown> & { id: string; type: string; z?: string; d?: boolean };

interface Nodes {
  updateConfigNodeUsers?: (node: object, options: { action: "add" }) => void;
}

/** How a new node comes, and not one that was imported, or brought back. */
const BY_HAND = ["palette", "typeSearch"];

/** Gives a node of this type that somebody adds the only config nodes that there are: their type by property. */
export function takeOnlyOnes(type: string, configs: Readonly<Record<string, string>>): void {
  RED.events.on("nodes:add", (node: AddedNode, how?: { source?: string }) => {
    if (node.type !== type || !BY_HAND.includes(how?.source ?? "")) return;
    const { updateConfigNodeUsers } = RED.nodes as Nodes; // as above
    if (!updateConfigNodeUsers) return;
    const taken = Object.entries(configs).filter(([property, configType]) => {
      const [only, another] = configsFor(node, configType);
      if (node[property] !== "" || !only || another) return false;
      node[property] = only.id;
      return true;
    });
    if (taken.length > 0) updateConfigNodeUsers(node, { action: "add" });
  });
}

function configsFor({ z }: AddedNode, type: string): AddedNode[] {
  const found: AddedNode[] = [];
  RED.nodes.eachConfig((config) => {
    const node = config as AddedNode; // as above
    const isThere = node.z === undefined || node.z === "" || node.z === z;
    if (node.type === type && isThere && node.d !== true) found.push(node);
    return true;
  });
  return found;
}
