import { SOURCES, type Field } from "../schema/field";

/**
 * A field that begins as a property of the message: once another kind of value is chosen, the name of the property is
 * none, and it comes back with the message.
 */
export function prepareFirstProperty(input: JQuery, { default: initial }: Field): void {
  if (typeof initial !== "object" || !("msg" in initial)) return;
  const { msg } = initial;
  const isGiven = (type: string): boolean => !SOURCES.some((source) => source === type);
  let before = input.typedInput("type");
  input.on("typedinputtypechange", () => {
    const [type, value] = [input.typedInput("type"), input.typedInput("value")];
    if (before === "msg" && isGiven(type) && value === msg) input.typedInput("value", "");
    if (type === "msg" && value === "") input.typedInput("value", msg);
    before = type;
  });
}
