import type { Values } from "../../src/actions/action";
import { PictureWriter } from "../../src/actions/picture";
import type { ScreenCondition } from "../../src/client";
import { sourceModule } from "../../src/runtime/source";
import { patternIn } from "./pattern";
import { schema } from "./schema";

type Settings = Values<(typeof schema)["fields"]>;

export = sourceModule(schema, (settings) => {
  const condition = CONDITIONS[settings.mode](settings);
  const { format } = settings;
  const file = format === "file" ? settings.file : "";
  return {
    async work({ pikvm, files, signal, send, onConnection, failed, recovered }) {
      const writer = new PictureWriter(format, file, files);
      for await (const change of pikvm.screen.watch(condition, { signal, onConnection })) {
        const { event: topic, image, ...screen } = change;
        const payload = await writer.handOver(image, { failed, recovered });
        if (payload !== undefined) send({ topic, payload, screen });
      }
    },
  };
});

/** What is watched for; only the settings that matter for it are read. */
const CONDITIONS: Record<Settings["mode"], (settings: Settings) => ScreenCondition> = {
  frames: ({ rate }) => ({ mode: "frames", rate }),
  changes: (settings) => ({ mode: "changes", ...comparedIn(settings) }),
  freeze: (settings) => ({ mode: "freeze", time: settings.freezeTime, ...comparedIn(settings) }),
  signal: () => ({ mode: "signal" }),
  text(settings) {
    const { region, langs, interval } = settings;
    return { mode: "text", pattern: patternIn(settings), region, langs, interval };
  },
};

function comparedIn({ rate, threshold, region }: Settings) {
  return { rate, threshold, region };
}
