/** Scripts that Tesseract writes behind a language, as `chi_sim`. */
const SCRIPTS: Readonly<Record<string, string>> = { sim: "Hans", tra: "Hant", cyrl: "Cyrl", latn: "Latn" };
/** What it calls otherwise than the standard. */
const LANGUAGES: Readonly<Record<string, string>> = { chi: "zh", cz: "cs" };

/**
 * What a language is called in the language of the editor.
 * @param code of a keymap, as `de-ch` and `en-us-altgr-intl`, or of Tesseract, as `chi_sim`.
 * @returns undefined when nothing is known by that name.
 */
export function languageName(code: string): string | undefined {
  const [first = "", second = "", ...rest] = code.split(/[-_]/);
  const language = LANGUAGES[first] ?? first;
  const part = /^[a-z]{2}$/.test(second) ? second.toUpperCase() : SCRIPTS[second];
  const others = part === undefined && second !== "" ? [second, ...rest] : rest;
  const name = displayName(part === undefined ? language : `${language}-${part}`);
  return name === undefined ? undefined : [name, ...others].join(", ");
}

function displayName(tag: string): string | undefined {
  try {
    const options = { type: "language", languageDisplay: "standard", fallback: "none" } as const;
    return new Intl.DisplayNames([RED.i18n.lang(), "en-US"], options).of(tag);
  } catch {
    // No code of a language, such as `bepo`.
    return undefined;
  }
}
