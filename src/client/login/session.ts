/** A login's cookie, shared by all requests. However many ask at once, one login is made. */
export class Session {
  readonly #login: () => Promise<string>;
  #token: Promise<string> | undefined;
  #last = "";

  /** @param login logs in and answers with the token. */
  constructor(login: () => Promise<string>) {
    this.#login = login;
  }

  /**
   * The session's token; logs in when there is none.
   * @param refused a token that the device has refused: it is replaced, unless somebody has done so already.
   */
  async token(refused?: string): Promise<string> {
    const current = this.#token;
    if (refused !== undefined && current !== undefined) {
      const isStale = (await current.catch(() => refused)) === refused;
      if (isStale && this.#token === current) this.#token = undefined;
    }
    this.#token ??= this.#start();
    return this.#token;
  }

  /** The token that was used last, where there was one. */
  get secrets(): string[] {
    return this.#last === "" ? [] : [this.#last];
  }

  /** Takes another token for the session. */
  use(token: string): void {
    this.#last = token;
    this.#token = Promise.resolve(token);
  }

  /** The session has ended; the next who needs one logs in. */
  forget(): void {
    this.#token = undefined;
  }

  #start(): Promise<string> {
    const token = this.#login();
    // A failed login is not kept: the next request may try again.
    token.then(
      (made) => (this.#last = made),
      () => {
        if (this.#token === token) this.#token = undefined;
      },
    );
    return token;
  }
}
