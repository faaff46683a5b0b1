/** Nothing slides or fades. */
export const STILL =
  "*, *::before, *::after { transition-duration: 0s !important; animation-duration: 0s !important; }";

/**
 * Runs in the page when the editor is loaded, whose parts wait for each other until then. What it does after a while,
 * as showing a reason when the pointer rests on a field, it does fifty times as soon; what no test looks at, not at all.
 */
export function hasten(): void {
  $.fx.off = true;
  // The table of a node's properties in the sidebar, which is made anew whenever a dialog opens or closes.
  RED.sidebar.info.refresh = () => undefined;
  const { setTimeout } = globalThis;
  const soon = (work: () => void, delay = 0, ...args: []) => setTimeout(work, delay / 50, ...args);
  globalThis.setTimeout = Object.assign(soon, setTimeout);
}
