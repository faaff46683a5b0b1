/** Seconds that closing and cancelling wait, e.g. for the release of a key. */
const LIMIT = 2;

/** Waits until the work has ended in any way, but not for long. */
export async function settledSoon(work: Promise<unknown> | undefined, limit = LIMIT): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limit * 1000)));
  await Promise.race([work?.catch(() => undefined), late]);
  clearTimeout(timer);
}
