import type { DeviceConfig, DeviceCredentials } from "../src/config";
import { serveCertificate } from "../src/runtime/certificate";
import { serveChoices } from "../src/runtime/choices";
import { Device, DEVICE_TYPE, type DeviceNode } from "../src/runtime/device";
import type { NodeAPI, NodeCredentials, NodeDef } from "../src/runtime/red";
import { serveScreen } from "../src/runtime/screen";

const CREDENTIALS: NodeCredentials<DeviceCredentials> = {
  password: { type: "password" },
  totpSecret: { type: "password" },
};

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    DEVICE_TYPE,
    function (this: DeviceNode, config: NodeDef & DeviceConfig) {
      RED.nodes.createNode(this, config);
      this.device = new Device(RED, this, config);
      this.on("close", (done: () => void) => void this.device.close().finally(done));
    },
    { credentials: CREDENTIALS },
  );
  serveCertificate(RED);
  serveChoices(RED);
  serveScreen(RED);
};
