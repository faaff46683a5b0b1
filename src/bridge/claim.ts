import { randomUUID } from "node:crypto";
import { readJson } from "../client/http/json";
import { isRecord } from "../client/http/shape";
import type { Presence } from "../schema/presence";
import type { Arrival, Channel } from "./channel";

interface ClaimUses {
  channel: Channel;
  /** Where all who share a device say whose it is. */
  topic: string;
  /** Of our own connection. */
  presence: Presence;
  /** It is ours until `onOther` is called or the connection to the broker is lost. */
  onHold: () => void;
  /**
   * Somebody else has it.
   * @param isTwin whose connection is told of where ours is: of neither it can be heard that it is gone.
   */
  onOther: (isTwin: boolean) => void;
  /** How many times as long everything takes as usual. */
  pace?: number;
}

/** Seconds in which claims that have crossed arrive. */
const SETTLED = 1;
/** Seconds before an attempt, by chance, so that the others hear of the first. By then who had it has let go. */
const TURN = [2, 3] as const;
/** Seconds after which a claim that may be old has to be repeated by whoever made it. */
const PROOF = [4, 6] as const;
/** The same for one that is not: that somebody is gone may not have been heard. One of all who watch asks. */
const CHECK = [60, 120] as const;

/**
 * Which of several Node-REDs has a device, by one retained topic. The last claim on it holds. Who has claimed repeats it
 * when the topic is emptied, so emptying it asks whether there is still somebody.
 */
export class Claim {
  readonly #uses: ClaimUses;
  readonly #id = randomUUID();
  readonly #unsubscribe: () => void;
  #isOurs = false;
  #isHolding = false;
  /** The topic is empty: what comes now is no old claim. */
  #isEmpty = false;
  #timer: NodeJS.Timeout | undefined;
  #watched: { topic: string; end: () => void } | undefined;

  constructor(uses: ClaimUses) {
    this.#uses = uses;
    this.#unsubscribe = uses.channel.subscribe(uses.topic, (arrival) => this.#onClaim(arrival));
    if (uses.channel.isConnected) this.onConnection(true);
  }

  /** The connection to the broker is there, or lost: then somebody else may have the device already. */
  onConnection(isConnected: boolean): void {
    clearTimeout(this.#timer);
    this.#isHolding = false;
    this.#isEmpty = false;
    if (isConnected) this.#after(TURN, () => this.#take());
  }

  /** Gives it up. Nothing is waited for: the connection to the broker may be closed at the same time. */
  close(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#watched?.end();
    if (this.#isOurs) this.#publish("");
    this.#isOurs = false;
  }

  #onClaim({ payload }: Arrival): void {
    const claim = claimIn(payload);
    if (!claim) {
      this.#isEmpty = true;
      if (this.#isHolding) this.#take();
      else this.#after(TURN, () => this.#take());
      return;
    }
    const isNew = this.#isEmpty;
    this.#isEmpty = false;
    this.#isOurs = claim.holder === this.#id;
    if (this.#isOurs) this.#settle();
    else this.#leaveTo(claim, isNew);
  }

  #settle(): void {
    if (this.#isHolding) clearTimeout(this.#timer);
    else {
      this.#after([SETTLED, SETTLED], () => {
        this.#isHolding = true;
        this.#uses.onHold();
      });
    }
  }

  #leaveTo(claim: Claimed, isNew: boolean): void {
    this.#isHolding = false;
    // An old claim with our topic may be ours, of an earlier start.
    this.#uses.onOther(isNew && claim.presence === this.#uses.presence.topic);
    this.#after(isNew ? CHECK : PROOF, () => this.#publish(""));
    this.#watch(claim);
  }

  #watch({ presence, offline }: Claimed): void {
    if (this.#watched?.topic === presence) return;
    this.#watched?.end();
    const onPresence = ({ payload }: Arrival): void => {
      if (this.#isOurs) return;
      if (payload.toString("utf8") === offline) this.#after(TURN, () => this.#take());
      else this.#after(PROOF, () => this.#publish(""));
    };
    this.#watched = { topic: presence, end: this.#uses.channel.subscribe(presence, onPresence) };
  }

  #take(): void {
    const { presence } = this.#uses;
    const claim: Claimed = { holder: this.#id, presence: presence.topic, offline: presence.offline };
    this.#isOurs = true;
    this.#publish(JSON.stringify(claim));
    // Where the broker does not let it through, it may do so later.
    if (!this.#isHolding) this.#after(PROOF, () => this.#take());
  }

  #publish(payload: string): void {
    const { channel, topic } = this.#uses;
    void channel.publish({ topic, payload, retain: true });
  }

  /** One thing at a time: what happens in between makes something else of it. */
  #after([least, most]: readonly [number, number], act: () => void): void {
    clearTimeout(this.#timer);
    const seconds = least + Math.random() * (most - least);
    this.#timer = setTimeout(act, seconds * 1000 * (this.#uses.pace ?? 1));
  }
}

interface Claimed {
  /** Of one start of one node. */
  holder: string;
  /** The topic that says whether its connection is there, and what it says when it is not. */
  presence: string;
  offline: string;
}

/** Undefined for what nobody of us has published. */
function claimIn(payload: Buffer): Claimed | undefined {
  try {
    const claim = readJson(payload.toString("utf8"));
    if (!isRecord(claim)) return undefined;
    const { holder, presence, offline } = claim;
    const isClaim = typeof holder === "string" && typeof presence === "string" && typeof offline === "string";
    return isClaim && /^[^+#\0]+$/.test(presence) ? { holder, presence, offline } : undefined;
  } catch {
    return undefined;
  }
}
