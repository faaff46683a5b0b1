/** Home Assistant refuses it, and says why in its log. */
export class Refused extends Error {}

/** Home Assistant may take it, this model cannot: the test that uses it fails. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`the model of Home Assistant has no ${what}`);
  }
}
