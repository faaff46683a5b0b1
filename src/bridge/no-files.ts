import { Files } from "../actions/files";
import { ConfigurationError } from "../client";

/** Who may write to a broker has no business with the files of the computer that Node-RED runs on. */
export class NoFiles extends Files {
  override toRead(path: string): Promise<string> {
    return this.#refuse(path);
  }

  override toWrite(path: string): Promise<string> {
    return this.#refuse(path);
  }

  #refuse(path: string): Promise<never> {
    const message = `"${path}": files cannot be named over MQTT. Use the node of that name in a flow.`;
    return Promise.reject(new ConfigurationError(message, { code: "OUTSIDE" }));
  }
}
