/** Nothing slides or fades. */
export const STILL =
  "*, *::before, *::after { transition-duration: 0s !important; animation-duration: 0s !important; }";

/**
 * Runs in the page when the editor is loaded, whose parts wait for each other until then. What it does after a while,
 * as showing a reason when the pointer rests on a field, it does fifty times as soon; what no test looks at, not at all.
 */
export function hasten(): void {
  $.fx.off = true;
  // Whenever a dialog opens: the table of the node's properties and its help in the sidebar, unless somebody asks for
  // it, and the editor for its description.
  RED.sidebar.info.refresh = () => undefined;
  const { show } = RED.sidebar.help;
  RED.sidebar.help.show = (type, isAsked = true) => isAsked && show(type);
  const { createEditor } = RED.editor;
  const nothing = () => undefined;
  RED.editor.createEditor = (options) =>
    options.mode === "ace/mode/markdown"
      ? { getValue: () => options.value, resize: nothing, focus: nothing, destroy: nothing }
      : createEditor(options);
  const { setTimeout } = globalThis;
  const soon = (work: () => void, delay = 0, ...args: []) => setTimeout(work, delay / 50, ...args);
  globalThis.setTimeout = Object.assign(soon, setTimeout);
}
