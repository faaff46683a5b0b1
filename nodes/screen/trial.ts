import { trialOf, VIDEO_TIMEOUT as videoTimeout } from "../../src/actions/trial";
import { ConfigurationError } from "../../src/client";
import { previewIn } from "./action";
import { schema } from "./schema";

/** The picture, however it would be handed over, or the text. */
export const screenTrial = trialOf(schema, async ({ pikvm, fields, signal }) => {
  switch (fields.action) {
    case "snapshot": {
      const options = { preview: previewIn(fields), allowOffline: fields.offline, videoTimeout, signal };
      return (await pikvm.screen.snapshot(options)).image;
    }
    case "text": {
      const { region, langs } = fields;
      return { text: await pikvm.screen.readText({ region, langs, videoTimeout, signal }) };
    }
    default:
      throw new ConfigurationError("Only a picture and a text can be tried.");
  }
});
