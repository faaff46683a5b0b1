import { channelPath, statePath, valueAt, type ChannelState, type ListedImage, type PiKVM } from "../client";
import { WELL_KNOWN_PATHS, type Choice } from "../schema/choices";
import { isPortNumber } from "../client/vocabulary";

type Ask = (kvm: PiKVM, signal: AbortSignal) => Promise<Choice[]>;

/** Characters of a reading that a line of a list has room for. */
const READING_LENGTH = 60;

/** What a dialog can offer for a field, of what the device itself has. */
export const CHOICE_LISTS: Readonly<Record<string, Ask>> = {
  images: async (kvm, signal) => (await kvm.images.list({ signal })).map(imageChoice),
  mountable: async (kvm, signal) =>
    (await kvm.images.list({ signal })).filter(({ complete }) => complete).map(imageChoice),
  channels: async (kvm, signal) => channelChoices(await kvm.relays.readAll({ signal })),
  ports,
  edids: async (kvm, signal) =>
    Object.values((await kvm.edids.list({ signal })).all).map(({ name, parsed }) => ({
      value: name,
      ...(parsed?.monitor_name ? { also: parsed.monitor_name } : {}),
    })),
  paths,
  languages: async (kvm, signal) => valuesOf((await kvm.streamer.getOcrInfo({ signal })).langs.available),
  keymaps: async (kvm, signal) => valuesOf((await kvm.hid.getKeymaps({ signal })).available),
};

const valuesOf = (values: readonly string[]): Choice[] => values.map((value) => ({ value }));

function imageChoice({ name, size, complete }: ListedImage): Choice {
  return { value: name, size, ...(complete ? {} : { complete }) };
}

/**
 * By its label where only one has that, for that is what people know it by. Those that kvmd names so that its own menu
 * leaves them out come last.
 */
function channelChoices(channels: readonly ChannelState[]): Choice[] {
  const taken = channels.flatMap(({ channel, label }) => [plain(channel), plain(label)]);
  const [special, usual] = [true, false].map((is) => channels.filter(({ channel }) => channel.startsWith("__") === is));
  return [...(usual ?? []), ...(special ?? [])].map((channel): Choice => {
    const { channel: name, label: whole } = channel;
    const label = withoutEchoes(whole);
    const isUnique = label !== "" && taken.filter((other) => other === plain(label)).length === 1;
    const also = label === "" || plain(label) === plain(name) ? {} : { also: name };
    return { value: isUnique ? label : name, ...(label === "" ? {} : { label }), ...also, state: stateOf(channel) };
  });
}

/** What stands beside a button and on it is said once. */
function withoutEchoes(label: string): string {
  const words = label.split(" ");
  const half = words.slice(words.length / 2).join(" ");
  return label === `${half} ${half}` ? half : label;
}

/** Labels that differ in this only are the same to the device's own names. */
const plain = (text: string): string =>
  text
    .replace(/[\s:]+/g, " ")
    .trim()
    .toLowerCase();

function stateOf({ state }: ChannelState): "on" | "off" | "busy" | "offline" {
  if (!("online" in state)) return "busy";
  if (!state.online) return "offline";
  return state.state ? "on" : "off";
}

async function ports(kvm: PiKVM, signal: AbortSignal): Promise<Choice[]> {
  const { model, summary } = await kvm.ports.getState({ signal });
  return model.ports.map(({ id, name }, index): Choice => {
    const isUnique = model.ports.filter((other) => other.name.toLowerCase() === name.toLowerCase()).length === 1;
    const value = name !== "" && isUnique && !isPortNumber(name) ? name : id;
    const names = name === "" ? { also: `Host ${index + 1}` } : { label: name, also: id };
    return { value, ...names, ...(index === summary.active_port ? { state: "shown" } : {}) };
  });
}

/** The paths that people want, with what is there now, as far as it can be asked without a connection for events. */
async function paths(kvm: PiKVM, signal: AbortSignal): Promise<Choice[]> {
  const [gpio, states] = await Promise.all([kvm.relays.readAll({ signal }), statesNow(kvm, signal)]);
  const known = Object.keys(WELL_KNOWN_PATHS).map((value) => ({ value, ...readingAt(states, value) }));
  const channels = gpio.map((channel): Choice => {
    const reading = "online" in channel.state ? { reading: JSON.stringify(channel.state.state) } : {};
    return { value: channelPath(channel), also: channel.label, ...reading };
  });
  return [...known, ...channels];
}

/** By kind; without those that the device does not have. */
async function statesNow(kvm: PiKVM, signal: AbortSignal): Promise<Record<string, unknown>> {
  const asked: [kind: string, state: Promise<unknown>][] = [
    ["atx", kvm.atx.getState({ signal })],
    ["hid", kvm.hid.getState({ signal })],
    ["msd", kvm.msd.getState({ signal })],
    ["streamer", kvm.streamer.getState({ signal })],
    ["info", kvm.system.getInfo(["health"], { signal })],
  ];
  const states = await Promise.all(
    asked.map(([kind, state]) =>
      state.then(
        (known) => [kind, known],
        () => [kind],
      ),
    ),
  );
  return Object.fromEntries(states) as Record<string, unknown>; // pairs, as above
}

function readingAt(states: Record<string, unknown>, path: string): { reading?: string } {
  const { kind, keys } = statePath(path);
  if (states[kind] === undefined) return {};
  const text = JSON.stringify(valueAt(states[kind], keys));
  return { reading: text.length > READING_LENGTH ? `${text.slice(0, READING_LENGTH)} …` : text };
}
