/** What a connection to a broker tells of itself: when it is made, before it is closed, or once it is lost. */
export interface Told {
  topic: string;
  payload: string;
  /** Of Node-RED's dialog it comes as a text. */
  retain?: boolean | string | undefined;
}

/** A topic that tells whether Node-RED is there, and how. */
export interface Presence {
  topic: string;
  online: string;
  offline: string;
}

/** Where birth, close and will of a connection tell together whether Node-RED is there. */
export function presenceOf(birth?: Told, close?: Told, will?: Told): Presence | undefined {
  if (!birth?.topic || !close || !will) return undefined;
  const isOne = birth.topic === close.topic && close.topic === will.topic && close.payload === will.payload;
  const isKept = [birth, close, will].every(({ retain }) => retain === true || retain === "true");
  const { topic, payload: online } = birth;
  return isOne && isKept && online !== close.payload ? { topic, online, offline: close.payload } : undefined;
}
