import type { Half } from "../../src/actions/unfinished";
import { basename } from "node:path";
import { actionsBy, type WorkOf } from "../../src/actions/action";
import { schema } from "./schema";

type ImageWork = WorkOf<typeof schema>;

const actions = actionsBy(schema, "action", {
  async upload(work) {
    const { source: given, storeAs, replace, sha256: isWanted, busyRetry } = work.fields;
    const { source, size: knownSize, name } = await placed(given, work);
    const options = { name: storeAs || name, size: knownSize, replace, sha256: isWanted, busyRetry, ...watched(work) };
    const stored = await noting(work, (begin) =>
      work.pikvm.images.upload(source, { ...options, onBegin: (image, size) => begin({ image, size }) }),
    );
    const { name: image, size, sha256 } = stored;
    return { image, size, ...(sha256 === undefined ? {} : { sha256 }) };
  },
  async fetch(work) {
    const { url, insecure, storeAs, replace, busyRetry } = work.fields;
    const options = { name: storeAs, insecure, replace, busyRetry, ...watched(work) };
    const { name: image, size } = await noting(work, (begin) =>
      work.pikvm.images.fetch(url, { ...options, onBegin: (image, size) => begin({ image, size }) }),
    );
    return { image, size };
  },
  async download(work) {
    return DOWNLOADS[work.fields.target](work);
  },
  async remove({ pikvm, fields: { image, eject, busyRetry }, signal }) {
    return { image, ...(await pikvm.images.remove(image, { eject, busyRetry, signal })) };
  },
  list: async ({ pikvm, signal }) => ({ images: await pikvm.images.list({ signal }) }),
});

/** A device stops a download within 2 s, and lists what it has stored a second later. */
const SETTLE_TIME = 8;

export const msdImage = { ...actions, settleTime: SETTLE_TIME };

/** What is to be uploaded, with the real path of a file; its name is that of the path that was given. */
async function placed({ source, ...more }: ImageWork["fields"]["source"], { files }: ImageWork) {
  if (typeof source !== "string") return { source, ...more };
  return { source: await files.toRead(source), ...more, name: basename(source) };
}

const DOWNLOADS: Record<ImageWork["fields"]["target"], (work: ImageWork) => Promise<object>> = {
  async file(work) {
    const { image, replace, busyRetry } = work.fields;
    const file = await work.files.toWrite(work.fields.file);
    const options = { replace, busyRetry, ...watched(work) };
    const size = await noting(work, (begin) =>
      work.pikvm.images.downloadToFile(image, file, { ...options, onBegin: (part) => begin({ file: part }) }),
    );
    return { image, size, file };
  },
  async stream({ pikvm, fields: { image, busyRetry }, signal }) {
    const { stream, size } = await pikvm.images.download(image, { busyRetry, signal });
    return { image, size, stream };
  },
};

/** Does what a killed process would leave half done. */
function noting<T>({ unfinished }: ImageWork, work: (begin: (half: Half) => void) => Promise<T>): Promise<T> {
  return unfinished ? unfinished.noting(work) : work(() => undefined);
}

function watched({ signal, progress }: ImageWork) {
  const onProgress = (done: number, total: number | undefined) => progress({ done, total, unit: "bytes" });
  return { onProgress, signal };
}
