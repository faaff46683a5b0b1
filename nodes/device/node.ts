import { join } from "node:path";
import { Files } from "../../src/actions/files";
import { Unfinished } from "../../src/actions/unfinished";
import { Device, type DeviceNode } from "../../src/runtime/device";
import { commonWord, type NodeAPI, type NodeDef } from "../../src/runtime/red";
import { onceStarted } from "../../src/runtime/started";
import { secretsIn, settingsIn, storedIn } from "../../src/runtime/stored";
import { checkVariables } from "../../src/runtime/variables";
import { demandTrust, optionsOf, type DeviceCredentials } from "./options";
import { schema } from "./schema";

/** A folder in Node-RED's user directory. */
const UNFINISHED = ".pikvm-unfinished";

export = (RED: NodeAPI, node: DeviceNode<DeviceCredentials>, config: NodeDef): void => {
  const { userDir } = RED.settings;
  const stored = storedIn(schema, node, config);
  const settings = settingsIn(RED, schema, stored, "the device's dialog");
  const device = new Device({
    id: node.id,
    // An unnamed device is called by its address, or else by its id: what a message says must lead back to it.
    name: String(stored.name || stored["address"]) || node.id,
    flow: node.z || undefined,
    alias: node._alias,
    isInsecure: stored["trust"] === "none",
    options: () => {
      checkVariables(RED, stored, {
        name: "name",
        label: () => commonWord(RED, "label.name"),
        value: stored.name,
        verbatim: false,
      });
      const options = optionsOf(RED, settings, secretsIn(RED, schema, node));
      demandTrust(options);
      return options;
    },
    files: () => new Files(settings.filesFrom),
    unfinished: userDir === undefined ? undefined : new Unfinished(join(userDir, UNFINISHED), node.id),
    allowed: () => (settings.letThrough === "all" ? undefined : new Set(settings.allowed)),
  });
  node.device = device;
  device.announce();
  const forget = onceStarted(RED, () => void device.tidy());
  node.on("close", (done: () => void) => {
    forget();
    void device.close().finally(done);
  });
};
