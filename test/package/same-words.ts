/**
 * What is the same in another language as in English: names, units, and words that both have. Everything else that is
 * equal has been forgotten.
 */
export const SAME: Readonly<Record<string, readonly string[]>> = {
  every: [
    ...["s", "px", "%", "kbit/s", "fps", "X", "Y", "URL", "EDID", "JPEG", "OK"],
    ...["GET", "POST", "PATCH", "DELETE", "CD-ROM", "SHA-256", "HTTP __status__ · __time__", "__text__"],
    ...["PiKVM", "ATX", "GPIO", "PiKVM Switch", "kvmd __version__", "__languages__", "__width__ × __height__"],
    ...["pikvm.local, 192.168.1.20", "Buffer (JPEG)", "H.264 GOP", "seconds"],
  ],
  de: ["Buffer", "Image", "Name", "Port", "Software", "Text", "Video", "offline"],
  fr: ["Action", "Buffer", "Image", "Macro", "Port", "Suggestions", "port __port__ · __time__", "__ports__ ports"],
  ja: [],
  ru: ["ATX", "GPIO", "PiKVM", "PiKVM Switch", "__languages__", "__width__ × __height__"],
  "zh-CN": [],
};
