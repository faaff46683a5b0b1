/**
 * Loaded into each test process before its tests: what they report is written at once. With --test-force-exit the process ends before the
 * rest of it is, so that a busy machine lost a part of the results, each without a word.
 */
process.stdout._handle?.setBlocking?.(true);
