import { actionsBy, type WorkOf } from "../../src/actions/action";
import { handOver, pathOf } from "../../src/actions/picture";
import type { Preview } from "../../src/client";
import { schema } from "./schema";

/** False: the whole picture as it is. */
export const previewIn = (fields: WorkOf<typeof schema>["fields"]): Preview | false =>
  fields.maxWidth > 0 && { maxWidth: fields.maxWidth, quality: fields.jpegQuality };

export const screen = actionsBy(schema, "action", {
  async snapshot({ pikvm, fields, files, signal }) {
    const { format, offline: allowOffline, timeout: videoTimeout } = fields;
    const file = format === "file" ? await files.toWrite(pathOf(fields.file)) : "";
    const options = { preview: previewIn(fields), allowOffline, videoTimeout, signal };
    const { image, online, width, height, timestamp } = await pikvm.screen.snapshot(options);
    return { picture: await handOver(image, format, file), online, width, height, timestamp };
  },
  async text({ pikvm, fields: { region, langs, timeout: videoTimeout }, signal }) {
    return { text: await pikvm.screen.readText({ region, langs, videoTimeout, signal }) };
  },
  async set({ pikvm, fields, signal }) {
    const { quality, fps: desiredFps, resolution, bitrate: h264Bitrate, gop: h264Gop } = fields;
    const given = { quality, desiredFps, resolution: resolution || undefined, h264Bitrate, h264Gop };
    return { state: await pikvm.screen.changeSettings(given, { signal }) };
  },
  async restart({ pikvm, signal }) {
    await pikvm.streamer.reset({ signal });
    return { state: await pikvm.streamer.getState({ signal }) };
  },
  state: async ({ pikvm, signal }) => ({ state: await pikvm.streamer.getState({ signal }) }),
});
