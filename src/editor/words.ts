const PACKAGE = "node-red-contrib-pikvm";

type Values = Record<string, string | number>;

/** Looks words up in the catalogue of one node (`nodes/locales/<lang>/<file>.json`). */
export type Words = (key: string, values?: Values) => string;

export const wordsOf =
  (file: string): Words =>
  (key, values) =>
    RED._(`${PACKAGE}/${file}:${key}`, values);

/** For somebody who may look at the editor only, Node-RED's own words; undefined when it was something else. */
export const notAllowed = (status: number): string | undefined =>
  status === 401 || status === 403 ? RED._("user.notAuthorized") : undefined;

/** Words that several nodes use; they live once, in the catalogue of the device. */
export const common: Words = (key, values) => wordsOf("device")(`common.${key}`, values);

/** A number as people write it in the dialog's language, where more than one decimal says nothing. */
export const numberWords = (number: number, format: Intl.NumberFormatOptions = {}): string =>
  new Intl.NumberFormat(RED.i18n.lang(), { maximumFractionDigits: 1, useGrouping: false, ...format }).format(number);

/** What went wrong and what to do. @param nextTrial of a login that was refused, in milliseconds since 1970. */
export const adviceWords = (advice: string, nextTrial = 0): string =>
  common(`advice.${advice}`, { time: new Date(nextTrial).toLocaleTimeString(RED.i18n.lang()) });
