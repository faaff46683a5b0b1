import type { Choice, Choices } from "../schema/choices";
import { isEnvReference } from "./validate";
import { adviceWords, common } from "./words";

/** What a device has, or why that is not known and what to do. */
export type Answer = { choices: readonly Choice[]; problem?: undefined } | { problem: string };

/**
 * What a device has of a kind (those of `src/runtime/choice-lists.ts`). It is asked each time: what it has said before
 * may be true no longer.
 * @param device its id. @returns never rejects.
 */
export async function askDevice(kind: string, device: string): Promise<Answer> {
  const reason = unaskable(device);
  if (reason !== undefined) return { problem: reason };
  try {
    // jQuery's ajax carries the token of a login to the editor.
    const url = `pikvm/devices/${encodeURIComponent(device)}/choices/${kind}`;
    const answer = await ($.getJSON(url) as PromiseLike<Choices>);
    return answer.problem === undefined ? { choices: answer.choices } : { problem: wordsFor(answer, device) };
  } catch (failure) {
    const { status = 0, statusText = "" } = (failure ?? {}) as Partial<JQuery.jqXHR>; // what jQuery throws
    return { problem: common("list.failed", { status: status > 0 ? `HTTP ${status}` : statusText }) };
  }
}

/** The device that is chosen in the open dialog of a node. */
export const chosenDevice = (): string => String($("#node-input-device").val() ?? "");

/** Why nothing can be asked of what is chosen, in words, or undefined. */
export function unaskable(device: string): string | undefined {
  if (device === "" || device === "_ADD_") return common("list.noDevice");
  // Inside a subflow: a device that each instance chooses.
  return isEnvReference(device) ? common("list.variable") : undefined;
}

/** Why a device has not answered, in the dialogs' words where there are any. */
export function wordsFor(why: Partial<Choices>, device: string): string {
  const { code, advice, problem = "", next_trial } = why;
  if (code === "NOT_CONFIGURED" && isChanged(device)) return common("list.notDeployed");
  // Whether one is chosen is asked before: it is gone, or not of this flow.
  if (advice === undefined || advice === "no_device") return problem;
  return adviceWords(advice, next_trial);
}

/** Of a node that was added or edited since the last deployment; the types do not know it. */
function isChanged(id: string): boolean {
  const node: { changed?: boolean } | null = RED.nodes.node(id);
  return node?.changed === true;
}
