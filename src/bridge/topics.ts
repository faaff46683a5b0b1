import { ConfigurationError } from "../client";

/** MQTT takes no longer topic; what is below a device's is short. */
const LONGEST = 200;

/** A level of a topic, and the ids of Home Assistant, from what a person called something. */
export const safeName = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\w-]+/g, "_")
    .replace(/^_+|_+$/g, "");

/**
 * Where all of a device is: `pikvm/<name>`.
 * @param prefix may have several levels.
 * @throws ConfigurationError for what leaves no topic that can be published to.
 */
export function baseTopic(prefix: string, name: string): string {
  const levels = prefix.split("/").map((level) => level.trim());
  const safe = safeName(name);
  if (safe === "") {
    throw new ConfigurationError(`No topic can be made of the name "${name}": give letters or digits.`);
  }
  const base = [...levels.filter((level) => level !== ""), safe].join("/");
  if (/[+#$\p{Cc}]/u.test(base) || base.length > LONGEST) {
    throw new ConfigurationError(
      `"${prefix}" cannot be the beginning of topics: use letters, digits and / (at most ${LONGEST} characters).`,
    );
  }
  return base;
}

/** What follows a command's own topic. */
export const SET = "set";
/** What commands of nodes are below. */
export const DO = "do";

/** Who has a device. */
export const CLAIM = "claim";
/** What is being carried out. */
export const PENDING = "pending";

/** MQTT 5: each message goes to one of all who have subscribed so. */
export const handedToOne = (filter: string): string => `$share/pikvm/${filter}`;

/** What is below a device's topic: `power/set` for `pikvm/desk/power/set`; undefined for what is elsewhere. */
export const below = (base: string, topic: string): string | undefined =>
  topic.startsWith(`${base}/`) ? topic.slice(base.length + 1) : undefined;
