import { actionsQuietlyBy, type WorkOf } from "../../src/actions/action";
import { schema } from "./schema";
import { readSmall } from "./small-file";

export const hidMacro = actionsQuietlyBy(schema, "source", {
  macro: (work) => play(work, work.fields.macro),
  file: async (work) => play(work, await readSmall(await work.files.toRead(work.fields.file))),
});

function play({ pikvm, fields, signal, progress }: WorkOf<typeof schema>, macro: unknown): Promise<object> {
  const { repeat, speed, hostTimeout } = fields;
  const onProgress = (done: number, total: number) => progress({ done, total, unit: "steps" });
  return pikvm.macros.play(macro, { repeat, speed, hostTimeout, signal, onProgress });
}
