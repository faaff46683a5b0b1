import { PICTURE_FORMATS, SCREEN_ACTIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, flag, names, number, optionalNumber, region, seconds, text } from "../src/runtime/fields";
import { handOver, pathOf } from "../src/runtime/picture";

const action = choice(SCREEN_ACTIONS);
const format = choice(PICTURE_FORMATS, { base64: "data_url" });

export = defineAction("pikvm-screen", {
  fields: {
    action,
    format,
    file: text({ optional: true }),
    maxWidth: number({ min: 0, max: 10_000, whole: true, unit: "pixels" }),
    jpegQuality: number({ min: 1, max: 100, whole: true }),
    offline: flag(),
    region: region(),
    langs: names({ optional: true }),
    timeout: seconds({ min: 0.1, max: 3600 }),
    quality: optionalNumber({ min: 1, max: 100, whole: true }),
    fps: optionalNumber({ min: 0, max: 1000, whole: true }),
    resolution: text({ optional: true }),
    bitrate: optionalNumber({ min: 1, max: 1_000_000, whole: true }),
    gop: optionalNumber({ min: 0, max: 1000, whole: true }),
  },
  async perform({ pikvm, fields, signal }) {
    const { action } = fields;
    if (action === "snapshot") {
      const { format, maxWidth, offline: allowOffline, timeout: videoTimeout } = fields;
      const file = format === "file" ? pathOf(fields.file) : "";
      const preview = maxWidth > 0 && { maxWidth, quality: fields.jpegQuality };
      const options = { preview, allowOffline, videoTimeout, signal };
      const { image, online, width, height, timestamp } = await pikvm.screen.snapshot(options);
      return { action, picture: await handOver(image, format, file), online, width, height, timestamp };
    }
    if (action === "text") {
      const { region, langs, timeout: videoTimeout } = fields;
      return { action, text: await pikvm.screen.readText({ region, langs, videoTimeout, signal }) };
    }
    if (action === "set") {
      const { quality, fps: desiredFps, resolution, bitrate: h264Bitrate, gop: h264Gop } = fields;
      const given = { quality, desiredFps, resolution: resolution || undefined, h264Bitrate, h264Gop };
      return { action, state: await pikvm.screen.changeSettings(given, { signal }) };
    }
    if (action === "restart") await pikvm.streamer.reset({ signal });
    return { action, state: await pikvm.streamer.getState({ signal }) };
  },
});
