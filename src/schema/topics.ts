/** MQTT takes no longer topic; what is below a device's is short. */
export const LONGEST_TOPIC = 200;

/** A level of a topic, and the ids of Home Assistant, from what a person called something. */
export const safeName = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\w-]+/g, "_")
    .replace(/^_+|_+$/g, "");

/** What a topic begins with, without slashes that separate nothing. */
export const prefixOf = (prefix: string): string =>
  prefix
    .split("/")
    .map((level) => level.trim())
    .filter((level) => level !== "")
    .join("/");

/** Whether messages can be published below it: nothing at all is no topic of its own. */
export const isTopic = (topic: string): boolean => !/[+#$\p{Cc}]/u.test(topic) && topic.length <= LONGEST_TOPIC;

/** Where all of a device is: `pikvm/<name>`. One without a name is called by its address. */
export const topicOf = (prefix: string, name: string): string =>
  [prefixOf(prefix), safeName(name.replace(/^https?:\/\//, ""))].filter((level) => level !== "").join("/");
