// What fields of several nodes say alike; each node adds when it uses them.

/** Seconds to try again while the device is busy. */
export const BUSY_RETRY = { icon: "repeat", max: 600, default: 10, expert: true } as const;

/** The languages of the text recognition. */
export const LANGUAGES = {
  icon: "language",
  default: "",
  blank: true,
  suggest: "languages",
  hint: true,
  expert: true,
} as const;

/** How many characters of a text may be read wrongly. */
export const MISTAKES = {
  icon: "random",
  min: 0,
  max: 100,
  whole: true,
  default: "",
  blank: true,
  hint: true,
} as const;
