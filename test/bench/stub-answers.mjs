/** What the stub answers to requests: from recordings, byte for byte, where there is one. */
import { readFileSync } from "node:fs";
import path from "node:path";

const RECORDINGS = path.resolve(import.meta.dirname, "../recordings/kvmd-4.197/http");
const RECORDED = {
  "/api/atx": "atx-state-on",
  "/api/auth/check": "auth-check-ok-xkvmd",
  "/api/gpio": "gpio-state",
  "/api/hid": "hid-state",
  "/api/info": "info-default",
  "/api/msd": "msd-state",
  "/api/streamer": "streamer-state-nosignal",
};

/** Whole answers, by path. */
export const answers = new Map(Object.entries(RECORDED).map(([at, name]) => [at, recorded(name)]));

function recorded(name) {
  const { status, reason, headers, body_json } = JSON.parse(readFileSync(path.join(RECORDINGS, `${name}.json`)));
  const body = Buffer.from(JSON.stringify(body_json, null, 4));
  const lines = headers.map(([key, value]) => `${key}: ${key === "Content-Length" ? body.length : value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n`), body]);
}

/** What is no recording: images, video. */
export function respond(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://stub");
  const answer = LONG[pathname.replace(/^[/][0-9]+/, "")];
  if (answer) answer(request, response, searchParams);
  else json(response, 404, { ok: false, result: { error: "NotFoundError", error_msg: "Not Found" } });
}

const LONG = {
  /** Swallows it. */
  "/api/msd/write"(request, response, parameters) {
    let written = 0;
    request.on("data", (piece) => (written += piece.length));
    request.on("end", () => {
      const image = { name: parameters.get("image"), size: written, written };
      json(response, 200, { ok: true, result: { image } });
    });
  },
  /** The name of an image is how many bytes it has. */
  "/api/msd/read"(_, response, parameters) {
    const size = Number.parseInt(parameters.get("image"), 10);
    response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": size });
    let left = size;
    repeat(response, () => {
      const piece = PIECE.subarray(0, left);
      left -= piece.length;
      return left > 0 ? { piece } : { piece, isLast: true };
    });
  },
  "/streamer/stream"(_, response) {
    response.writeHead(200, { "Content-Type": "multipart/x-mixed-replace;boundary=boundarydonotcross" });
    response.write("--boundarydonotcross\r\n");
    repeat(response, () => ({ piece: FRAME }));
  },
};

const PIECE = Buffer.alloc(256 * 1024, 7);
/** Bytes of a picture. */
const PICTURE = 250_000;
const FRAME = frame();

/** As large as that of a busy screen: the recorded picture with a comment in it. */
function frame() {
  const { body_base64 } = JSON.parse(readFileSync(path.join(RECORDINGS, "streamer-mjpeg.json")));
  const stream = Buffer.from(body_base64, "base64");
  const start = stream.indexOf(Buffer.of(0xff, 0xd8));
  const small = stream.subarray(start, stream.indexOf("\r\n--boundarydonotcross", start));
  const comments = [];
  for (let left = PICTURE - small.length; left > 0; left -= comments.at(-1).length)
    comments.push(comment(Math.min(left, 60_000)));
  const picture = Buffer.concat([small.subarray(0, 2), ...comments, small.subarray(2)]);
  const head = `Content-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\nX-Timestamp: 1795374969.135000\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), picture, Buffer.from("\r\n--boundarydonotcross\r\n")]);
}

function comment(bytes) {
  const segment = Buffer.alloc(bytes, 0x20);
  segment.writeUInt16BE(0xfffe, 0);
  segment.writeUInt16BE(bytes - 2, 2);
  return segment;
}

/** Writes as fast as it is read, until the last piece or until nobody reads. */
function repeat(response, next) {
  const write = () => {
    while (!response.destroyed) {
      const { piece, isLast } = next();
      if (isLast) {
        response.end(piece);
        return;
      }
      if (!response.write(piece)) {
        response.once("drain", write);
        return;
      }
    }
  };
  write();
}

function json(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body, null, 4));
}
