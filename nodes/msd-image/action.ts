import { basename } from "node:path";
import { actionsBy, type WorkOf } from "../../src/actions/action";
import { schema } from "./schema";

type ImageWork = WorkOf<typeof schema>;

const actions = actionsBy(schema, "action", {
  async upload(work) {
    const { source: given, storeAs, replace, sha256: isWanted, busyRetry } = work.fields;
    const { source, size: knownSize, name } = await placed(given, work);
    const options = { name: storeAs || name, size: knownSize, replace, sha256: isWanted, busyRetry, ...watched(work) };
    const {
      name: image,
      size,
      sha256,
    } = await noting(work, (onBegin) => work.pikvm.images.upload(source, { ...options, onBegin }));
    return { image, size, ...(sha256 === undefined ? {} : { sha256 }) };
  },
  async fetch(work) {
    const { url, insecure, storeAs, replace, busyRetry } = work.fields;
    const options = { name: storeAs, insecure, replace, busyRetry, ...watched(work) };
    const { name: image, size } = await noting(work, (onBegin) =>
      work.pikvm.images.fetch(url, { ...options, onBegin }),
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
    const save = (onBegin?: (part: string) => void) =>
      work.pikvm.images.downloadToFile(image, file, { replace, busyRetry, onBegin, ...watched(work) });
    const size = await (work.unfinished?.noting((begin) => save((part) => begin({ file: part }))) ?? save());
    return { image, size, file };
  },
  async stream({ pikvm, fields: { image, busyRetry }, signal }) {
    const { stream, size } = await pikvm.images.download(image, { busyRetry, signal });
    return { image, size, stream };
  },
};

/** Does what stores an image, of which a killed process would leave a part. */
function noting<T>(
  { unfinished }: ImageWork,
  store: (onBegin?: (image: string, size?: number) => void) => Promise<T>,
): Promise<T> {
  return unfinished?.noting((begin) => store((image, size) => begin({ image, size }))) ?? store();
}

function watched({ signal, progress }: ImageWork) {
  const onProgress = (done: number, total: number | undefined) => progress({ done, total, unit: "bytes" });
  return { onProgress, signal };
}
