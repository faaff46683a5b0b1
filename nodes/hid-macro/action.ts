import { actionsQuietlyBy, type WorkOf } from "../../src/actions/action";
import type { MacroStep } from "../../src/client";
import { schema } from "./schema";
import { demandStep } from "./step-deeds";
import { readSmall } from "./small-file";

export const hidMacro = actionsQuietlyBy(schema, "source", {
  macro: (work) => play(work, work.fields.macro),
  file: async (work) => play(work, await readSmall(await work.files.toRead(work.fields.file))),
});

function play({ pikvm, fields, permit, signal, progress }: WorkOf<typeof schema>, macro: unknown): Promise<object> {
  const { repeat, speed, hostTimeout } = fields;
  const onProgress = (done: number, total: number) => progress({ done, total, unit: "steps" });
  const check = (step: MacroStep) => demandStep(permit, step);
  return pikvm.macros.play(macro, { repeat, speed, hostTimeout, check, signal, onProgress });
}
