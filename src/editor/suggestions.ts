import { KEYMAPS, KEYS, shortNamesOf } from "../client/vocabulary";
import type { Suggested } from "../schema/field";
import { suggestLive } from "./live";
import { suggestPaths, WELL_KNOWN } from "./paths";
import { suggestFrom, suggestLastFrom } from "./suggest";

/** Found by all of their names: `ControlLeft (Ctrl, Control)`. */
const NAMED_KEYS = KEYS.map((value) => {
  const short = shortNamesOf(value).join(", ");
  return { value, label: short === "" ? value : `${value} (${short})` };
});

/** Made anew for each dialog: some of them learn from the device while it is open. */
const SUGGESTIONS: Record<Suggested, () => Suggest> = {
  channels: () => suggestLive("channels"),
  edids: () => suggestLive("edids"),
  images: () => suggestLive("images"),
  key: () => suggestFrom(NAMED_KEYS),
  keys: () => suggestLastFrom(NAMED_KEYS),
  keymaps: () => suggestLive("keymaps", KEYMAPS),
  languages: () => suggestLive("languages"),
  mountable: () => suggestLive("mountable"),
  paths: () => suggestPaths(),
  ports: () => suggestLive("ports"),
  "watched paths": () => suggestPaths({ ...WELL_KNOWN, idle: "idle" }),
};

/** What a field suggests while somebody types in it. */
export const suggestionsFor = ({ suggest }: { suggest?: Suggested }): Suggest | undefined =>
  suggest && SUGGESTIONS[suggest]();
