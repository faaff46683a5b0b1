/**
 * The process that is measured: it does what a subject's `prepare` makes ready, when its parent says so. Arguments: the
 * subject's file, and a context as JSON (`checkout`, `stub`: addresses of the stand-in).
 */
import { request } from "node:http";

const [subject, given] = process.argv.slice(2);
const context = { ...JSON.parse(given), tell };
const { prepare } = await import(subject);
const works = await prepare(context);

process.on("message", async ({ work, options }) => {
  try {
    process.send({ figures: await works[work](options) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on("disconnect", () => process.exit());
process.send({ ready: true });

/** Lets the stand-in do something. */
function tell(action, options = {}) {
  const url = `${context.stub.control}/${action}?options=${encodeURIComponent(JSON.stringify(options))}`;
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false }, async (response) => {
      const pieces = await response.toArray();
      resolve(JSON.parse(Buffer.concat(pieces).toString()));
    });
    asked.on("error", reject).end();
  });
}
