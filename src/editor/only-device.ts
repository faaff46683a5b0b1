/** Nodes as the editor keeps them, unknown to its types: `z` is the flow it is in, `d` that it is disabled. */
interface AddedNode {
  id: string;
  type: string;
  z?: string;
  d?: boolean;
  device?: unknown;
}

interface Nodes {
  updateConfigNodeUsers?: (node: object, options: { action: "add" }) => void;
}

/** How a new node comes, and not one that was imported, or brought back. */
const BY_HAND = ["palette", "typeSearch"];

/** Gives a node of this type that somebody adds the only device that there is for it. */
export function takeOnlyDevice(type: string): void {
  RED.events.on("nodes:add", (node: AddedNode, how?: { source?: string }) => {
    if (node.type !== type || node.device !== "" || !BY_HAND.includes(how?.source ?? "")) return;
    const { updateConfigNodeUsers } = RED.nodes as Nodes; // as above
    const [device, another] = devicesFor(node);
    if (!updateConfigNodeUsers || !device || another) return;
    node.device = device.id;
    updateConfigNodeUsers(node, { action: "add" });
  });
}

function devicesFor({ z }: AddedNode): AddedNode[] {
  const devices: AddedNode[] = [];
  RED.nodes.eachConfig((config) => {
    const node = config as AddedNode; // as above
    const isThere = node.z === undefined || node.z === "" || node.z === z;
    if (node.type === "pikvm-device" && isThere && node.d !== true) devices.push(node);
    return true;
  });
  return devices;
}
