import { Files } from "../../src/actions/files";
import { serveCertificate } from "../../src/runtime/certificate";
import { serveChoices } from "../../src/runtime/choices";
import { Device, DEVICE_TYPE, type DeviceNode } from "../../src/runtime/device";
import type { NodeAPI, NodeDef } from "../../src/runtime/red";
import { serveScreen } from "../../src/runtime/screen";
import { credentialsOf, settingsIn, storedIn } from "../../src/runtime/stored";
import { optionsOf, type DeviceCredentials } from "./options";
import { schema } from "./schema";

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    DEVICE_TYPE,
    function (this: DeviceNode<DeviceCredentials>, config: NodeDef) {
      RED.nodes.createNode(this, config);
      const stored = storedIn(schema, this, config);
      const settings = settingsIn(RED, schema, stored, "the device's dialog");
      this.device = new Device({
        id: this.id,
        // An unnamed device is called by its address.
        name: String(stored.name || stored["address"]),
        isInsecure: stored["trust"] === "none",
        options: () => optionsOf(RED, settings, this.credentials),
        files: () => new Files(settings.filesFrom),
      });
      this.on("close", (done: () => void) => void this.device.close().finally(done));
    },
    credentialsOf<DeviceCredentials>(schema),
  );
  serveCertificate(RED);
  serveChoices(RED);
  serveScreen(RED);
};
