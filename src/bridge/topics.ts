import { ConfigurationError } from "../client";
import { isTopic, LONGEST_TOPIC, prefixOf, safeName, topicOf } from "../schema/topics";

/**
 * Where all of a device is: `pikvm/<name>`.
 * @param prefix may have several levels.
 * @throws ConfigurationError for what leaves no topic that can be published to.
 */
export function baseTopic(prefix: string, name: string): string {
  if (safeName(name) === "") {
    throw new ConfigurationError(`No topic can be made of the name "${name}": give letters or digits.`);
  }
  const base = topicOf(prefix, name);
  if (!isTopic(base)) throw unusable(prefix);
  return base;
}

/**
 * What topics begin with, without slashes that separate nothing.
 * @throws ConfigurationError for what cannot be published to.
 */
export function beginningOf(prefix: string): string {
  const topic = prefixOf(prefix);
  if (topic === "" || !isTopic(topic)) throw unusable(prefix);
  return topic;
}

const unusable = (prefix: string): ConfigurationError =>
  new ConfigurationError(
    `"${prefix}" cannot be the beginning of topics: use letters, digits and / (at most ${LONGEST_TOPIC} characters).`,
  );

/** @throws ConfigurationError for what is not one topic. */
export function oneTopic(topic: string): string {
  if (topic !== "" && isTopic(topic)) return topic;
  throw new ConfigurationError(`"${topic}" is not one topic: use letters, digits and /.`);
}

/** What follows a command's own topic. */
export const SET = "set";
/** What commands of nodes are below. */
export const DO = "do";
/** What follows the topic of a command where its answer is. */
export const RESULT = "result";

/** Who has a device. */
export const CLAIM = "claim";
/** What is being carried out. */
export const PENDING = "pending";

/** MQTT 5: each message goes to one of all who have subscribed so. */
export const handedToOne = (filter: string): string => `$share/pikvm/${filter}`;

/** What is below a device's topic: `power/set` for `pikvm/desk/power/set`; undefined for what is elsewhere. */
export const below = (base: string, topic: string): string | undefined =>
  topic.startsWith(`${base}/`) ? topic.slice(base.length + 1) : undefined;
