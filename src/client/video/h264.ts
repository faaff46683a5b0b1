import { ResponseError } from "../errors";

/** What each unit of Annex B begins with; there may be one more zero before it. */
const MARK = Buffer.of(0, 0, 1);
const PICTURE_BY_ITSELF = 5;
const PARAMETERS = 7;

/** Whether video begins so. */
export function isH264(data: Uint8Array): boolean {
  const [first, second, third, fourth] = data;
  return first === 0 && second === 0 && (third === 1 || (third === 0 && fourth === 1));
}

/** Whether a decoder can begin with this frame. */
export function beginsVideo(data: Buffer): boolean {
  for (let at = data.indexOf(MARK); at >= 0; at = data.indexOf(MARK, at + MARK.length)) {
    const kind = (data[at + MARK.length] ?? 0) & 31;
    if (kind === PICTURE_BY_ITSELF || kind === PARAMETERS) return true;
  }
  return false;
}

/** @throws ResponseError with the code `H264` for what the device calls such a frame and is none. */
export function checkedH264(data: Buffer): Buffer {
  if (isH264(data)) return data;
  const message = "The device says that it sends H.264 video, but it is something else: restart its video.";
  throw new ResponseError(message, { statusCode: 200 }, { code: "H264" });
}
