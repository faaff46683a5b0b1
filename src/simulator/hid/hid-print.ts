import type { Context, KvmdRequest } from "../api/subsystem";
import type { HidDevice } from "./hid-device";
import { DEFAULT_KEYMAP, keyChangesOf, KEYMAPS } from "./keymap";
import { crash, type Reply, text } from "../api/reply";
import * as valid from "../api/validators";

const MAX_BYTES = 1_048_576;
const SLOW_DELAY_S = 0.02;
const DEFAULT_LIMIT = 1024;

/** Types a text. Answers when every key is queued, which takes time only with a delay; nothing stops it. */
export async function print(hid: HidDevice, { timers }: Context, request: KvmdRequest): Promise<Reply | undefined> {
  const body = await request.body.all();
  if (body.length > MAX_BYTES)
    return text(413, `Maximum request body size ${MAX_BYTES} exceeded, actual body size ${body.length}`);
  const whole = decoded(body, request.headers["content-type"]);
  if (whole === undefined) return crash();
  const limit = valid.int(request.param("limit") ?? String(DEFAULT_LIMIT), { min: 0 });
  const keymap = valid.keymap(request.param("keymap") ?? DEFAULT_KEYMAP);
  if (!KEYMAPS.includes(keymap)) valid.noKeymap(keymap);
  const slow = valid.boolOr(request.param("slow"), false);
  const pause = request.param("delay") ?? String(slow ? SLOW_DELAY_S : 0);
  const delay = valid.float(pause, { name: "keys delay", min: 0, max: 5 });
  for (const change of keyChangesOf(cut(whole, limit), keymap)) {
    if (delay > 0) await timers.sleep(delay * 1000);
    hid.key(change.key, change.state);
  }
  return undefined;
}

/** Counts characters as Python does: code points. */
function cut(whole: string, limit: number): string {
  return limit === 0 ? whole : Array.from(whole).slice(0, limit).join("");
}

function decoded(body: Buffer, contentType: string | undefined): string | undefined {
  const charset = /charset="?([^";\s]+)"?/i.exec(contentType ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
