import { channelPath, type PiKVM } from "../client";
import { withDevice } from "./device";
import { problemOf, serve } from "./admin";
import { Questions } from "./questions";
import type { NodeAPI } from "./red";

/** Seconds that a device may take while a person waits in a dialog. */
const TIMEOUT = 10;

/** What people call each of the names. */
type Words = Map<string, string>;

/** What a dialog can offer for a field, by the names that the device itself has for it. */
const CHOICES: Record<string, (kvm: PiKVM, signal: AbortSignal) => Promise<string[] | Words>> = {
  images: async (kvm, signal) => (await kvm.images.list({ signal })).map(({ name }) => name),
  mountable: async (kvm, signal) =>
    (await kvm.images.list({ signal })).flatMap(({ name, complete }) => (complete ? [name] : [])),
  channels: async (kvm, signal) =>
    (await kvm.relays.channels({ signal })).flatMap(({ channel, label }) => [channel, ...(label ? [label] : [])]),
  ports: (kvm, signal) => kvm.ports.names({ signal }),
  edids: async (kvm, signal) => Object.values((await kvm.edids.list({ signal })).all).map(({ name }) => name),
  paths: async (kvm, signal) =>
    new Map((await kvm.relays.channels({ signal })).map((channel) => [channelPath(channel), channel.label])),
  languages: async (kvm, signal) => (await kvm.streamer.getOcrInfo({ signal })).langs.available,
  keymaps: async (kvm, signal) => (await kvm.hid.getKeymaps({ signal })).available,
};

/**
 * Lets dialogs ask a deployed device for what can be chosen: `GET pikvm/devices/<id>/choices/<kind>` answers `names`,
 * what some of them are called as `words`, and why there are none as `problem`.
 */
export function serveChoices(RED: NodeAPI): void {
  const questions = new Questions<string[] | Words>(16);
  const route = { method: "get", path: "pikvm/devices/:id/choices/:kind", permission: "read" } as const;
  serve(RED, route, async ({ params: { id = "", kind = "" } }, response) => {
    const ask = Object.hasOwn(CHOICES, kind) ? CHOICES[kind] : undefined;
    if (!ask) {
      response.status(404).json({ problem: `There is no list of ${kind}.`, code: "NO_LIST" });
      return;
    }
    const answer = await questions
      .ask(`${id} ${kind}`, () => withDevice(RED, id, TIMEOUT, ask))
      .then(
        (names) => (Array.isArray(names) ? { names } : withWords(names)),
        (error: unknown) => ({ names: [], ...problemOf(error) }),
      );
    response.json(answer);
  });
}

const withWords = (words: Words) => ({ names: [...words.keys()], words: Object.fromEntries(words) });
