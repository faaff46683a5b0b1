import { choicesOf } from "./live";
import { matching, type Suggestion } from "./suggest";
import { common } from "./words";

/** Paths that people want first, and the word for each; any other path of the device's states works as well. */
export const WELL_KNOWN: Readonly<Record<string, string>> = {
  power: "power",
  "atx.leds.power": "power_led",
  "atx.leds.hdd": "hdd_led",
  "atx.busy": "atx_busy",
  "hid.online": "hid_online",
  "hid.keyboard.online": "keyboard_online",
  "hid.keyboard.leds.caps": "caps",
  "hid.keyboard.leds.num": "num",
  "hid.keyboard.leds.scroll": "scroll",
  "hid.mouse.online": "mouse_online",
  "msd.online": "msd_online",
  "msd.busy": "msd_busy",
  "msd.drive.connected": "drive_connected",
  "msd.drive.image.name": "image_name",
  "streamer.streamer.source.online": "signal",
  "streamer.streamer.source.resolution": "resolution",
  "clients.count": "clients",
  "info.health.temp.cpu": "cpu_temp",
};

/**
 * Suggests the known paths, and those of the relays and inputs that the chosen device has, by path or words. It does
 * not wait for the device: what it has is suggested once it has answered.
 */
export function suggestPaths(known = WELL_KNOWN): (typed: string) => Suggestion[] {
  const own = Object.entries(known).map(([path, word]) => suggestion(path, common(`path.${word}`)));
  let live: Suggestion[] = [];
  return (typed) => {
    void choicesOf("paths").then(({ names, words }) => {
      live = names.map((path) => suggestion(path, words?.[path]));
    });
    return matching([...own, ...live], typed);
  };
}

const suggestion = (value: string, words = ""): Suggestion => ({
  value,
  label: words === "" ? value : `${value}  \u2013  ${words}`,
});
