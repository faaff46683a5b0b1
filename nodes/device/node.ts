import { join } from "node:path";
import { Files } from "../../src/actions/files";
import { Unfinished } from "../../src/actions/unfinished";
import { serveChoices } from "../../src/runtime/choices";
import { serveConnect } from "../../src/runtime/connect";
import { Device, DEVICE_TYPE, type DeviceNode } from "../../src/runtime/device";
import { serveDiscovery } from "../../src/runtime/discovery";
import { serveMacroTrial } from "../../src/runtime/macro-trial";
import { commonWord, type NodeAPI, type NodeDef } from "../../src/runtime/red";
import { onceStarted } from "../../src/runtime/started";
import { credentialsOf, secretsIn, settingsIn, storedIn } from "../../src/runtime/stored";
import { serveTrials } from "../../src/runtime/trials";
import { checkVariables } from "../../src/runtime/variables";
import { hidMacro } from "../hid-macro/action";
import { TRIALS } from "../trials";
import { demandTrust, optionsOf, type DeviceCredentials } from "./options";
import { schema } from "./schema";

/** A folder in Node-RED's user directory. */
const UNFINISHED = ".pikvm-unfinished";

export = (RED: NodeAPI): void => {
  const { userDir } = RED.settings;
  RED.nodes.registerType(
    DEVICE_TYPE,
    function (this: DeviceNode<DeviceCredentials>, config: NodeDef) {
      RED.nodes.createNode(this, config);
      const stored = storedIn(schema, this, config);
      const settings = settingsIn(RED, schema, stored, "the device's dialog");
      this.device = new Device({
        id: this.id,
        // An unnamed device is called by its address, or else by its id: what a message says must lead back to it.
        name: String(stored.name || stored["address"]) || this.id,
        flow: this.z || undefined,
        alias: this._alias,
        isInsecure: stored["trust"] === "none",
        options: () => {
          checkVariables(RED, stored, {
            name: "name",
            label: () => commonWord(RED, "label.name"),
            value: stored.name,
            verbatim: false,
          });
          const options = optionsOf(RED, settings, secretsIn(RED, schema, this));
          demandTrust(options);
          return options;
        },
        files: () => new Files(settings.filesFrom),
        unfinished: userDir === undefined ? undefined : new Unfinished(join(userDir, UNFINISHED), this.id),
        allowed: () => (settings.letThrough === "all" ? undefined : new Set(settings.allowed)),
      });
      this.device.announce();
      const forget = onceStarted(RED, () => void this.device.tidy());
      this.on("close", (done: () => void) => {
        forget();
        void this.device.close().finally(done);
      });
    },
    credentialsOf<DeviceCredentials>(schema),
  );
  serveConnect(RED, { schema, optionsOf: (settings, secrets) => optionsOf(RED, settings, secrets) });
  serveDiscovery(RED);
  serveChoices(RED);
  serveMacroTrial(RED, hidMacro);
  serveTrials(RED, TRIALS);
};
