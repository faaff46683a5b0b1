import type { ScreenCondition } from "../src/client";
import { PICTURE_FORMATS, TEXT_MODES, WATCH_MODES, type ScreenWatchConfig } from "../src/config";
import {
  choice,
  names,
  number,
  optionalNumber,
  readField,
  region,
  seconds,
  text,
  type Field,
} from "../src/runtime/fields";
import { PictureDesk } from "../src/runtime/picture";
import { defineSource } from "../src/runtime/source";

const percent = number({ min: 0, max: 100, unit: "percent" });

export = defineSource<ScreenWatchConfig>("pikvm-screen-watch", (config, RED) => {
  const given = <T>(field: Field<T>, name: keyof ScreenWatchConfig): T =>
    readField(field, config[name], RED._(`label.${name}`), "the dialog");
  const condition = conditionOf(given);
  const format = given(choice(PICTURE_FORMATS), "format");
  const desk = new PictureDesk(format, format === "file" ? given(text(), "file") : "");
  return {
    async work({ pikvm, signal, send, onConnection }) {
      for await (const change of pikvm.screen.watch(condition, { signal, onConnection })) {
        const { event: topic, image, ...screen } = change;
        const payload = await desk.handOver(image, onConnection);
        if (payload !== undefined) send({ topic, payload, screen });
      }
    },
  };
});

function conditionOf(given: <T>(field: Field<T>, name: keyof ScreenWatchConfig) => T): ScreenCondition {
  const mode = given(choice(WATCH_MODES), "mode");
  if (mode === "signal") return { mode };
  if (mode === "text") {
    const textMode = given(choice(TEXT_MODES), "textMode");
    const tolerance = optionalNumber({ min: 0, max: 100, whole: true });
    const mistakes = textMode === "tolerant" ? given(tolerance, "mistakes") : undefined;
    return {
      mode,
      pattern: { text: given(text(), "text"), mode: textMode, mistakes },
      region: given(region(), "region"),
      langs: given(names({ optional: true }), "langs"),
      interval: given(seconds({ max: 3600 }), "interval"),
    };
  }
  const rate = given(number({ min: 0.01, max: 30, unit: "pictures per second" }), "rate");
  if (mode === "frames") return { mode, rate };
  const compared = { rate, threshold: given(percent, "threshold"), region: given(region(), "region") };
  if (mode === "changes") return { mode, ...compared };
  return { mode, time: given(seconds({ min: 0.1 }), "freezeTime"), ...compared };
}
