import { DOWNLOAD_TARGETS, IMAGE_ACTIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, flag, image, imageSource, seconds, text } from "../src/runtime/fields";

const action = choice(IMAGE_ACTIONS);
const target = choice(DOWNLOAD_TARGETS);

export = defineAction("pikvm-msd-image", {
  fields: {
    action,
    source: imageSource(),
    url: text(),
    insecure: flag(),
    storeAs: text({ optional: true }),
    image: image(),
    target,
    file: text(),
    replace: flag(),
    eject: flag(),
    sha256: flag(),
    busyRetry: seconds({ max: 600 }),
  },
  async perform({ pikvm, fields, signal, progress }) {
    const { images } = pikvm;
    const { action } = fields;
    const onProgress = (done: number, total: number | undefined) => progress({ done, total, unit: "bytes" });
    if (action === "list") return { action, images: await images.list({ signal }) };
    const { busyRetry } = fields;
    if (action === "upload") {
      const { source: given, storeAs, replace, sha256: wanted } = fields;
      const name = storeAs || given.name;
      const options = { name, size: given.size, replace, sha256: wanted, busyRetry, onProgress, signal };
      const { name: image, size, sha256 } = await images.upload(given.source, options);
      return { action, image, size, ...(sha256 === undefined ? {} : { sha256 }) };
    }
    if (action === "fetch") {
      const { url, insecure, storeAs: name, replace } = fields;
      const options = { name, insecure, replace, busyRetry, onProgress, signal };
      const { name: image, size } = await images.fetch(url, options);
      return { action, image, size };
    }
    const { image } = fields;
    if (action === "remove") {
      const { eject } = fields;
      return { action, image, ...(await images.remove(image, { eject, busyRetry, signal })) };
    }
    if (fields.target === "stream") {
      const { stream, size } = await images.download(image, { busyRetry, signal });
      return { action, image, size, stream };
    }
    const { file, replace } = fields;
    const size = await images.downloadToFile(image, file, { replace, busyRetry, onProgress, signal });
    return { action, image, size, file };
  },
});
