/**
 * Loaded into each test process before node:test, which follows every promise to know in which test a stray error began:
 * a tenth of what the tests compute. The suites that tests are in need that, the tests do not: a stray error then fails
 * the file as a whole.
 */
import asyncHooks from "node:async_hooks";

const { createHook } = asyncHooks;
const followers = [];

asyncHooks.createHook = (callbacks) => {
  const follower = createHook(callbacks);
  followers.push(follower);
  return follower;
};

/** To be called when all tests are known. */
export function unfollow() {
  followers.forEach((follower) => follower.disable());
}
