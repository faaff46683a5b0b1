import { isDeepStrictEqual } from "node:util";

import type { Timers } from "../clock";
import { dumps } from "../api/python";
import { nginxPage, type Reply } from "../api/reply";
import { headersOf, pictureOf, seconds, type Snapshot, stamped, NEVER_KEPT } from "./snapshot";
import type { Streamer } from "./streamer";
import type { Viewer } from "./ustreamer";

const BOUNDARY = "boundarydonotcross";
/** How soon a new picture is sent, and how long the same one is held back. */
const POLL_MS = 100;
const REPEAT_MS = 1000;

/** What ustreamer itself answers behind nginx; undefined when it does not run. */
export function ustreamerReply(
  { ustreamer, snapshots }: Streamer,
  timers: Timers,
  path: string,
  search: string,
): Promise<Reply> | Reply | undefined {
  const state = ustreamer.state();
  if (state === null) return undefined;
  if (path === "/streamer/state") {
    const body = Buffer.from(dumps({ ok: true, result: state }));
    return { status: 200, contentType: "application/json", body: once(body) };
  }
  if (path === "/streamer/snapshot") return snapshots.raw().then((snapshot) => picture(snapshot));
  if (path === "/streamer/stream") return stream(ustreamer, timers, new URLSearchParams(search));
  return nginxPage(404);
}

function picture(snapshot: Snapshot | null): Reply {
  if (snapshot === null) return nginxPage(502);
  return { status: 200, contentType: "image/jpeg", headers: headersOf(snapshot), body: once(pictureOf(snapshot)) };
}

function stream(ustreamer: Streamer["ustreamer"], timers: Timers, query: URLSearchParams): Reply {
  const flag = (name: string): boolean => ["1", "true"].includes(query.get(name) ?? "");
  const viewer: Viewer = {
    key: query.get("key") || "0", // an empty one is none
    flags: {
      extra_headers: flag("extra_headers"),
      advance_headers: flag("advance_headers"),
      dual_final_frames: flag("dual_final_frames"),
      zero_data: flag("zero_data"),
    },
    sent: [],
  };
  const id = ustreamer.addViewer(viewer);
  return {
    status: 200,
    contentType: `multipart/x-mixed-replace;boundary=${BOUNDARY}`,
    headers: [...NEVER_KEPT, ["Set-Cookie", `stream_client=${viewer.key}/${id}; path=/; max-age=30`]],
    body: frames(ustreamer, timers, id, viewer),
    discard: () => ustreamer.viewers.delete(id),
  };
}

/** Breaks off with the process; ends when the viewer was forgotten. */
async function* frames(
  ustreamer: Streamer["ustreamer"],
  timers: Timers,
  id: string,
  viewer: Viewer,
): AsyncGenerator<Buffer> {
  let shown: readonly string[] | undefined;
  yield Buffer.from(`--${BOUNDARY}\r\n`);
  for (;;) {
    const capture = ustreamer.capture();
    if (!ustreamer.viewers.has(id) || capture === undefined) throw new Error("the streamer is gone");
    const now = timers.clock.now();
    if (!isDeepStrictEqual(capture.lines, shown) || now - (viewer.sent.at(-1) ?? 0) >= REPEAT_MS) {
      shown = capture.lines;
      viewer.sent = [...viewer.sent.slice(-100), now];
      yield part(stamped(capture, timers.clock), viewer);
    }
    await timers.sleep(POLL_MS);
  }
}

/** A picture with its head, and the boundary of the next one right behind it. */
function part(snapshot: Snapshot, { flags, sent }: Viewer): Buffer {
  const jpeg = pictureOf(snapshot);
  const head = [
    "Content-Type: image/jpeg",
    ...(flags.advance_headers ? [] : [`Content-Length: ${flags.zero_data ? 0 : jpeg.length}`]),
    `X-Timestamp: ${seconds(snapshot.stamp)}`,
    ...(flags.extra_headers ? extraHeaders(snapshot, sent.length) : []),
  ];
  const body = flags.zero_data ? Buffer.alloc(0) : jpeg;
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body, Buffer.from(`\r\n--${BOUNDARY}\r\n`)]);
}

function extraHeaders({ online, width, height, grabbed, sent }: Snapshot, fps: number): string[] {
  const at = seconds(grabbed);
  return [
    `X-UStreamer-Online: ${String(online)}`,
    "X-UStreamer-Dropped: 0",
    `X-UStreamer-Width: ${width}`,
    `X-UStreamer-Height: ${height}`,
    `X-UStreamer-Client-FPS: ${Math.min(fps, 30)}`,
    ...["Grab-Begin", "Grab-End", "Encode-Begin", "Encode-End", "Expose-Begin", "Expose-Cmp", "Expose-End"].map(
      (what) => `X-UStreamer-${what}-Time: ${at}`,
    ),
    `X-UStreamer-Send-Time: ${seconds(sent)}`,
    `X-UStreamer-Latency: ${seconds(sent - grabbed)}`,
  ];
}

/** As nginx passes on what has no known length. */
// oxlint-disable-next-line typescript/require-await -- a body in the shape of a stream
async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
