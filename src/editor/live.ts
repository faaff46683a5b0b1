import type { Choice, Choices } from "../schema/choices";
import { isEnvReference } from "./validate";
import { common } from "./words";

/** What a device has, or why that is not known: first what it is, then what to do. */
export type Answer = { choices: readonly Choice[]; problem?: undefined } | { problem: string[] };

/**
 * What a device has of a kind (those of `src/runtime/choice-lists.ts`). It is asked each time: what it has said before
 * may be true no longer.
 * @param device its id. @returns never rejects.
 */
export async function askDevice(kind: string, device: string): Promise<Answer> {
  const reason = unaskable(device);
  if (reason !== undefined) return { problem: [reason] };
  try {
    // jQuery's ajax carries the token of a login to the editor.
    const url = `pikvm/devices/${encodeURIComponent(device)}/choices/${kind}`;
    const { choices, problem } = await ($.getJSON(url) as PromiseLike<Choices>);
    return problem ? { problem: wordsFor(problem, device) } : { choices };
  } catch (failure) {
    const { status = 0, statusText = "" } = (failure ?? {}) as Partial<JQuery.jqXHR>; // what jQuery throws
    return { problem: [common("list.failed", { status: status > 0 ? `HTTP ${status}` : statusText })] };
  }
}

/** The device that is chosen in the open dialog of a node. */
export const chosenDevice = (): string => String($("#node-input-device").val() ?? "");

function unaskable(device: string): string | undefined {
  if (device === "" || device === "_ADD_") return common("list.noDevice");
  // Inside a subflow: a device that each instance chooses.
  return isEnvReference(device) ? common("list.variable") : undefined;
}

function wordsFor({ code, words, message }: NonNullable<Choices["problem"]>, device: string): string[] {
  const isUndeployed = code === "NOT_CONFIGURED" && isChanged(device);
  return isUndeployed ? [common("list.notDeployed")] : [common(`status.${words}`), message];
}

/** Of a node that was added or edited since the last deployment; the types do not know it. */
const isChanged = (id: string): boolean => (RED.nodes.node(id) as { changed?: boolean } | null)?.changed === true;
