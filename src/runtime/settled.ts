/** Waits until the work has ended in any way, but not longer than some seconds. */
export async function settledWithin(work: Promise<unknown>, limit: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limit * 1000)));
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
