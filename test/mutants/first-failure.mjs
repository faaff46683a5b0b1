/** A reporter for node:test that prints the names of what failed, as soon as it did: the innermost test first. */
export default async function* firstFailure(events) {
  for await (const { type, data } of events) {
    if (type === "test:fail" && data.details?.type !== "suite") yield `${data.name}\n`;
  }
}
