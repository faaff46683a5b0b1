/**
 * Seconds for which the answer to what was sent to keyboard or mouse is waited for after its call has ended: a busy
 * device may carry it out so late, and nothing else must come before it.
 */
export const ANSWER_TIME = 1;
