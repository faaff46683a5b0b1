import { MACRO_SOURCES } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { anything, choice, number, text } from "../src/runtime/fields";
import { readSmall } from "../src/runtime/small-file";

const source = choice(MACRO_SOURCES);

export = defineAction("pikvm-hid-macro", {
  fields: {
    source,
    macro: anything(),
    file: text(),
    repeat: number({ min: 1, max: 10_000, whole: true }),
    speed: number({ min: 0.1, max: 10 }),
  },
  async perform({ pikvm, fields, signal, progress }) {
    const { source, repeat, speed } = fields;
    const macro = source === "file" ? await readSmall(fields.file) : fields.macro;
    const onProgress = (done: number, total: number) => progress({ done, total, unit: "steps" });
    return pikvm.macros.play(macro, { repeat, speed, signal, onProgress });
  },
});
