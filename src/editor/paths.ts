/** As the runtime reads it: names, indices and quoted names, as `gpio.state.outputs["a b"].state`. */
export const isPath = (path: string): boolean => /^\w+(\.\w[\w-]*|\[(\d+|"[^"]*"|'[^']*')\])*$/.test(path);

/** Paths that people want first; any other path of the device's states works as well. */
export const WELL_KNOWN = [
  "atx.leds.power",
  "atx.leds.hdd",
  "atx.busy",
  "hid.online",
  "hid.keyboard.online",
  "hid.keyboard.leds.caps",
  "hid.keyboard.leds.num",
  "hid.keyboard.leds.scroll",
  "hid.mouse.online",
  "msd.online",
  "msd.busy",
  "msd.drive.connected",
  "msd.drive.image.name",
  "streamer.streamer.source.online",
  "streamer.streamer.source.resolution",
  "clients.count",
  "info.health.temp.cpu",
];
