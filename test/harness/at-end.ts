import { after } from "node:test";

const works: (() => Promise<void>)[] = [];
let isAwaited = false;

/** To be called outside of all suites: the end is that of the first one's otherwise. */
export function awaitEnd(): void {
  if (isAwaited) return;
  isAwaited = true;
  after(async () => {
    for (const work of works.reverse()) await work();
  });
}

/** Calls this after the last test of the process, however many files it runs. To be called while a file is loaded. */
export function atEnd(work: () => Promise<void>): void {
  awaitEnd();
  works.push(work);
}
