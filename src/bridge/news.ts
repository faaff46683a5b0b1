import type { PiKVMError } from "../client";
import type { Channel } from "./channel";
import { EVENT, LAST_ERROR } from "./own-entities";
import type { Published } from "./published";
import type { BridgeSettings } from "./settings";

interface NewsUses {
  channel: Channel;
  published: Published;
  /** An error as the flow sees it. */
  errorAsJson: (error: PiKVMError) => object;
}

/** What happens: only the last error is kept on the broker. */
export class News {
  readonly #settings: Pick<BridgeSettings, "base" | "leftOut">;
  readonly #uses: NewsUses;

  constructor(settings: Pick<BridgeSettings, "base" | "leftOut">, uses: NewsUses) {
    this.#settings = settings;
    this.#uses = uses;
  }

  connection(isConnected: boolean): void {
    this.#event({ event_type: isConnected ? "connected" : "disconnected" });
  }

  error(error: PiKVMError): void {
    const { base, leftOut } = this.#settings;
    const said = { ...this.#uses.errorAsJson(error), time: new Date().toISOString() };
    if (!leftOut.has("last_error")) this.#uses.published.set(`${base}/${LAST_ERROR}`, JSON.stringify(said));
    this.#event({ event_type: error.name, ...said });
  }

  #event(event: object): void {
    const { base, leftOut } = this.#settings;
    if (leftOut.has("event")) return;
    void this.#uses.channel.publish({ topic: `${base}/${EVENT}`, payload: JSON.stringify(event) });
  }
}
