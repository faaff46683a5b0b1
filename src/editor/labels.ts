import { common } from "./words";

/** A name that somebody gave is shown as Node-RED's own nodes show it. */
export function labelStyle(this: { name: string }): string {
  return this.name ? "node_label_italic" : "";
}

/** The outputs of an action node. */
export const outputLabels = (index: number): string => common(index === 0 ? "port.result" : "port.error");
