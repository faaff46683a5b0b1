/** How far a long piece of work is. */
export interface Progress {
  done: number;
  /** Absent when it is not known. */
  total?: number | undefined;
  /** Of a text: what the device has taken; `done` is what must have arrived at the host. */
  sent?: number;
  /** What is counted, e.g. `characters`; for `bytes` the rate is told too. */
  unit: string;
}

/** What a flow is told in `msg.progress`. */
export interface ToldProgress extends Progress {
  /** 0 to 100; absent when the total is not known. */
  percent?: number;
  /** Bytes per second since it was told first; only where bytes are counted. */
  rate?: number;
}

const KILO = 1000;
const MEGA = 1_000_000;
/** Milliseconds after which it is told again, though not a percent has been done meanwhile. */
const INTERVAL = 1000;

/**
 * For one piece of work that begins now: what to call with how far it is, as often as one likes. `tell` is called for
 * each percent and each second, with the text for the status.
 */
export function progressOf(tell: (text: string, told: ToldProgress) => void): (progress: Progress) => void {
  // What a message waits before does not count, e.g. for another upload.
  let first: { done: number; at: number } | undefined;
  let last: { percent: number | undefined; at: number } | undefined;
  return (progress) => {
    const now = performance.now();
    const told: ToldProgress = { ...progress };
    const { done, total, unit } = progress;
    if (total !== undefined) told.percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    if (last && last.percent === told.percent && now - last.at < INTERVAL) return;
    last = { percent: told.percent, at: now };
    first ??= { done, at: now };
    const seconds = (now - first.at) / 1000;
    if (unit === "bytes" && seconds > 0) told.rate = Math.round((done - first.done) / seconds);
    tell(textOf(told), told);
  };
}

/** `42 % · 11 MB/s`; without a total `120 MB · 11 MB/s` or `120 characters`. */
function textOf({ done, unit, percent, rate }: ToldProgress): string {
  const counted = unit === "bytes" ? sizeText(done) : `${done} ${unit}`;
  const far = percent === undefined ? counted : `${percent} %`;
  return rate === undefined ? far : `${far} · ${sizeText(rate)}/s`;
}

/** Whole numbers, since each language has a decimal mark of its own. */
const sizeText = (bytes: number): string =>
  bytes < 10 * MEGA ? `${Math.round(bytes / KILO)} kB` : `${Math.round(bytes / MEGA)} MB`;
