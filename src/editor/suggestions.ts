import { KEYMAPS, KEYS } from "../client/vocabulary";
import type { Suggested } from "../schema/field";
import { suggestLive } from "./live";
import { suggestPaths, WELL_KNOWN } from "./paths";
import { suggestFrom, suggestLastFrom } from "./suggest";

/** Made anew for each dialog: some of them learn from the device while it is open. */
const SUGGESTIONS: Record<Suggested, () => Suggest> = {
  channels: () => suggestLive("channels"),
  edids: () => suggestLive("edids"),
  images: () => suggestLive("images"),
  key: () => suggestFrom(KEYS),
  keys: () => suggestLastFrom(KEYS),
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
