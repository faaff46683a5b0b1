import { asPiKVMError } from "../actions/thrown";
import { ConfigurationError, type ConnectionChange, type EventStream, type PiKVM, type PiKVMError } from "../client";
import type { Retry } from "../client/reconnect";
import type { Arrival } from "./channel";
import { Commands, type CommandUses, type Outcome } from "./commands";
import { describedBy } from "./described";
import type { Entity, Order } from "./entity";
import { componentOf, Discovery, type Component } from "./home-assistant";
import type { Left } from "./left";
import { News } from "./news";
import { AVAILABILITY, EVENT, ownEntities, PICTURE } from "./own-entities";
import { Pending } from "./pending";
import { Pictures, type PictureSettings } from "./pictures";
import { Published } from "./published";
import type { BridgeSettings } from "./settings";
import { Shown } from "./shown";
import { below, DO, handedToOne, PENDING, RESULT, SET } from "./topics";

export interface BridgeUses extends Omit<CommandUses, "pending"> {
  /** Whether these deeds are let through, so that what does them is offered. */
  offers: (deeds: readonly string[]) => boolean;
  /** What an entity is called, by its key. */
  word: (key: string) => string;
  onError: (error: PiKVMError) => void;
  onConnection: (change: ConnectionChange) => void;
  /** Another attempt to reach the device follows. */
  onRetry: (retry: Retry) => void;
  /** By an earlier bridge of the same node. */
  left: Left;
  /** Whether another bridge of the same broker has this topic by now: it is not ours to remove. */
  isOthers: (topic: string) => boolean;
}

/** Home Assistant's word for a state that is not known. */
const UNKNOWN = "None";
/** Seconds after which everything is told again to a Home Assistant that has started. */
const SETTLED = 2;

/** Why a bridge ends: others have the device now, it comes again, or it is gone for good. */
type Ending = "moved" | "stopped" | "removed";

/** One device on a broker: its states, its commands, and what Home Assistant knows of it. */
export class Bridge {
  readonly #settings: BridgeSettings;
  readonly #uses: BridgeUses;
  readonly #published: Published;
  readonly #shown: Shown;
  readonly #news: News;
  readonly #commands: Commands;
  readonly #discovery: Discovery | undefined;
  readonly #pictures: Pictures | undefined;
  readonly #pending: Pending | undefined;
  readonly #stream: EventStream;
  readonly #unsubscribe: (() => void)[];
  readonly #own: readonly Entity[];
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: BridgeSettings, uses: BridgeUses) {
    this.#settings = settings;
    this.#uses = uses;
    const { channel, pikvm } = uses;
    this.#published = new Published(channel);
    this.#news = new News(settings, { ...uses, published: this.#published });
    this.#pending = settings.isShared ? this.#pendingOf(uses) : undefined;
    this.#commands = new Commands({
      ...uses,
      pending: this.#pending,
      onOutcome: (outcome) => this.#onOutcome(outcome),
    });
    const isWanted = ({ key }: Entity) => !settings.leftOut.has(/^gpio[_-]/.test(key) ? "gpio" : key);
    this.#pictures = settings.leftOut.has(PICTURE) ? undefined : this.#picturesOf(settings.pictures);
    this.#own = ownEntities(settings).filter(isWanted);
    const onChange = (now: readonly Entity[], before: readonly Entity[]) => this.#show(now, before);
    this.#shown = new Shown({ facts: settings.facts, isWanted, onChange }, () => {
      if (this.#discovery) this.#describe();
      else this.#dropUnused();
    });
    this.#discovery = this.#discoveryOf(settings);
    this.#adopt(uses.left.topics.filter((topic) => topic !== this.#discovery?.topic));
    // Whoever had the device before may have left its last error, or a picture.
    this.#published.adopt(this.#own.filter(({ key }) => key !== EVENT).map(this.#topicOf));
    this.#published.set(this.#topic(AVAILABILITY), "offline");
    this.#unsubscribe = this.#subscribeAll();
    this.#pending?.listen();
    this.#stream = this.#listenTo(pikvm);
  }

  /**
   * Everything, as if nothing had been published yet.
   * @param isAsked by a person: also what was removed in Home Assistant.
   */
  publishAgain(isAsked: boolean): void {
    this.#published.again();
    this.#discovery?.again(isAsked);
  }

  /** @returns whether it is a command of this device. */
  onCommand(arrival: Arrival): boolean {
    const path = below(this.#settings.base, arrival.topic);
    if (path === undefined) return false;
    const request = path === DO ? "" : below(DO, path);
    // Answers come back to us.
    if (request !== undefined && arrival.topic.endsWith(`/${RESULT}`)) return false;
    if (request !== undefined) this.#commands.request(request, arrival);
    else if (path.endsWith(`/${SET}`)) this.#onSet(path.slice(0, -SET.length - 1), arrival);
    else return false;
    return true;
  }

  /** All of it that may be on the broker. */
  get left(): Left {
    // Home Assistant first: it would take an empty state for a wrong one.
    const topics = [...(this.#discovery ? [this.#discovery.topic] : []), ...this.#published.topics];
    const own = topics.filter((topic) => !this.#uses.isOthers(topic));
    return { topics: own, components: this.#discovery?.components ?? [] };
  }

  async close(ending: Ending): Promise<void> {
    // Before anything is waited for: the connection to the broker may be closed at the same time.
    const lastWords = this.#published.close(this.#lastWords(ending));
    this.#pending?.close();
    this.#discovery?.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#timer);
    this.#shown.close();
    this.#pictures?.close();
    await Promise.all([lastWords, this.#commands.close(), this.#stream.close()]);
  }

  /** By topic. Nothing stays on the broker of what is removed; all of it does for who has the device now. */
  #lastWords(ending: Ending): Record<string, string> {
    if (ending === "removed") return Object.fromEntries(this.left.topics.map((topic) => [topic, ""]));
    return ending === "stopped" ? { [this.#topic(AVAILABILITY)]: "offline" } : {};
  }

  #pendingOf({ channel, errorAsJson }: BridgeUses): Pending {
    return new Pending(this.#topic(PENDING), { channel, errorAsJson, onLost: (error) => this.#fail(error) });
  }

  #picturesOf(settings: PictureSettings | undefined): Pictures | undefined {
    if (!settings) return undefined;
    const { pikvm, channel } = this.#uses;
    return new Pictures(settings, {
      pikvm,
      largest: () => channel.largest,
      onPicture: (picture) => this.#published.set(this.#topic(PICTURE), picture),
      onError: (error) => this.#fail(error),
    });
  }

  #discoveryOf({ homeAssistant, id }: BridgeSettings): Discovery | undefined {
    if (!homeAssistant) return undefined;
    return new Discovery(
      this.#uses.channel,
      `${homeAssistant.prefix}/device/${id}/config`,
      {
        settled: () => this.#onSettled(),
        states: (topics) => this.#adopt(topics),
      },
      this.#uses.left.components,
    );
  }

  /**
   * Topics of an earlier bridge, which are removed when it is known that they are not used; those elsewhere at once,
   * unless Home Assistant still listens to them, which would take an empty state for a wrong one.
   */
  #adopt(topics: readonly string[]): void {
    this.#published.adopt(topics);
    if (this.#discovery) return;
    this.#published.disown(this.#uses.isOthers);
    this.#published.dropOld((topic) => below(this.#settings.base, topic) === undefined);
  }

  #subscribeAll(): (() => void)[] {
    const { channel } = this.#uses;
    const { base, homeAssistant, isShared } = this.#settings;
    const onCommand = (arrival: Arrival) => void this.onCommand(arrival);
    // No two of them match the same topic but this: brokers would hand it over twice.
    const ofBoth = `${base}/${DO}/${SET}`;
    const onSet = (arrival: Arrival) => void (arrival.topic !== ofBoth && this.onCommand(arrival));
    const sets = [`${base}/+/${SET}`, `${base}/gpio/+/${SET}`, `${base}/pulse/+/${SET}`];
    const listeners = [...sets.map((filter) => [filter, onSet] as const), [`${base}/${DO}/#`, onCommand] as const];
    const unsubscribe = listeners.map(([filter, listener]) =>
      channel.subscribe(isShared ? handedToOne(filter) : filter, listener),
    );
    if (!homeAssistant) return unsubscribe;
    return [...unsubscribe, channel.subscribe(homeAssistant.status, ({ payload }) => this.#onHomeAssistant(payload))];
  }

  /** One that starts knows nothing; it is given time to subscribe. */
  #onHomeAssistant(payload: Buffer): void {
    if (payload.toString("utf8") !== "online") return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.publishAgain(false);
    }, SETTLED * 1000);
  }

  #listenTo(pikvm: PiKVM): EventStream {
    const stream = pikvm.events({ power: true });
    stream.on("state", (change) => this.#guard(() => this.#shown.onState(change)));
    stream.on("connection", (change) => this.#guard(() => this.#onConnection(change)));
    stream.on("retry", (retry) => this.#guard(() => this.#uses.onRetry(retry)));
    stream.on("problem", (error) => this.#guard(() => this.#fail(error)));
    return stream;
  }

  #onSet(path: string, arrival: Arrival): void {
    if (path !== PICTURE || !this.#pictures) {
      this.#commands.order(arrival, () => this.#orderFor(path, arrival.payload.toString("utf8")));
    } else if (!this.#commands.isStored(arrival)) this.#pictures.take();
  }

  /** @throws ConfigurationError when there is nothing that can be set. */
  #orderFor(path: string, text: string): Order {
    const entity = this.#shown.entities.find((entity) => entity.command && pathOf(entity) === path);
    if (entity?.command?.order) return entity.command.order(text);
    const isOffered = ({ command }: Entity) => command && this.#uses.offers(command.deeds);
    const known = this.#shown.entities.filter(isOffered).map(pathOf);
    const list =
      known.length > 0 ? `There are: ${known.join(", ")}.` : "There is nothing now: is the device connected?";
    throw new ConfigurationError(`There is nothing to set at "${path}". ${list}`);
  }

  #onConnection(change: ConnectionChange): void {
    this.#uses.onConnection(change);
    if (change.repeated) return;
    this.#shown.onConnection(change.connected);
    this.#published.set(this.#topic(AVAILABILITY), change.connected ? "online" : "offline");
    this.#news.connection(change.connected);
    if (change.error) this.#fail(change.error);
  }

  #onOutcome(outcome: Outcome): void {
    if (outcome.error) this.#news.error(outcome.error);
    this.#forgetTyped(outcome.topic);
    this.#uses.onOutcome(outcome);
  }

  /** Home Assistant goes on showing what was typed, until it hears of something else. */
  #forgetTyped(topic: string): void {
    const entity = this.#shown.entities.find((entity) => `${this.#topicOf(entity)}/${SET}` === topic);
    if (entity?.value === "") this.#published.repeat(this.#topicOf(entity));
  }

  #fail(error: PiKVMError): void {
    this.#news.error(error);
    this.#uses.onError(error);
  }

  #show(now: readonly Entity[], before: readonly Entity[]): void {
    const topics = new Set(now.map((entity) => this.#topicOf(entity)));
    for (const entity of before) {
      const topic = this.#topicOf(entity);
      if (entity.value !== undefined && !topics.has(topic)) this.#published.retire(topic);
    }
    const isOther = JSON.stringify(now.map(shapeOf)) !== JSON.stringify(before.map(shapeOf));
    if (isOther && this.#shown.isComplete) this.#describe();
    if (!this.#discovery) this.#dropUnused();
    const isTold = this.#discovery?.isSettled ?? true;
    for (const entity of now) if (isTold || entity.platform !== "select") this.#publish(entity);
  }

  /**
   * What Home Assistant could not take before: it refuses a choice that it does not know yet, and forgets the chosen one
   * when it learns of others; an empty text is not kept by the broker; for a state that is gone it has to know so.
   */
  #onSettled(): void {
    this.#dropUnused();
    for (const entity of this.#shown.entities.filter(({ platform }) => platform === "select" || platform === "text")) {
      this.#publish(entity);
      this.#published.repeat(this.#topicOf(entity));
    }
  }

  #dropUnused(): void {
    if (!this.#shown.isComplete) return;
    const used = new Set([...this.#own, ...this.#shown.entities].map(this.#topicOf));
    // Two may have changed their topics with one deploy.
    this.#published.disown(this.#uses.isOthers);
    this.#published.dropOld((topic) => !used.has(topic));
  }

  #publish(entity: Entity): void {
    if (entity.value !== undefined) this.#published.set(this.#topicOf(entity), entity.value ?? UNKNOWN);
  }

  /** Tells Home Assistant what there is, if that is something else than before. */
  #describe(): void {
    if (!this.#discovery) return;
    const described = describedBy(this.#settings, this.#shown.known.info);
    const components: Record<string, Component> = {};
    for (const entity of [...this.#own, ...this.#shown.entities]) {
      const shown = this.#shownAs(entity);
      if (shown) components[shown.key] = componentOf(shown, entity.name ?? this.#uses.word(entity.key), described);
    }
    this.#discovery.show(described, components);
  }

  /** What may not be commanded is only read. */
  #shownAs({ readAs, ...entity }: Entity): Entity | undefined {
    const { command, ...read } = entity;
    if (!command || this.#uses.offers(command.deeds)) return entity;
    return readAs && { ...read, topic: pathOf(entity), ...readAs };
  }

  #topicOf = (entity: Entity): string => this.#topic(pathOf(entity));
  #topic = (path: string): string => `${this.#settings.base}/${path}`;

  /** Called by the connections: an exception would end Node-RED. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#fail(asPiKVMError(thrown));
    }
  }
}

const pathOf = ({ key, topic = key }: Entity): string => topic;

/** An entity without its value. */
const shapeOf = ({ value, command, ...shape }: Entity): object => ({
  ...shape,
  isRead: value !== undefined,
  isSet: command !== undefined,
});
