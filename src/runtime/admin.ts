import { PiKVMError } from "../client";
import { asPiKVMError } from "../actions/thrown";
import { adviceOf } from "./advice";
import type { NodeAPI } from "./red";

type Handler = ReturnType<NodeAPI["auth"]["needsPermission"]>;
/** Its path has no patterns, whose parameters would be lists. */
export type AdminRequest = Parameters<Handler>[0] & { params: Record<string, string> };
export type AdminResponse = Parameters<Handler>[1];

/** Where dialogs ask, and who may. */
export interface Way {
  /** `get` is for what changes nothing and holds no secret: a page of another site can make a browser send it. */
  method: "get" | "post";
  /** Below the editor's address. */
  path: string;
  /** `read`: for whoever may look at flows; `write`: for whoever may change them. */
  permission: "read" | "write";
}

/** Ends the response. */
type Answer = (request: AdminRequest, response: AdminResponse) => Promise<unknown>;

/** The same, and what is answered there. */
export interface Route extends Way {
  /** Called once for each Node-RED. */
  prepare: (RED: NodeAPI) => Handler;
}

/** The one way in which dialogs ask the editor's server. What goes wrong is answered as a `Problem`. */
export const route = (way: Way, answers: (RED: NodeAPI) => Answer): Route => ({
  ...way,
  prepare(RED) {
    const answer = answers(RED);
    return (request, response) => {
      // What a device says is nobody else's business, and old a moment later.
      response.set("Cache-Control", "no-store");
      // A page of another site can make a browser send a form, but no JSON.
      if (way.method === "post" && !request.is("application/json")) {
        response.status(415).json({ problem: "The question must be sent as JSON.", code: "NO_JSON" });
        return;
      }
      answer(request as AdminRequest, response).catch((thrown: unknown) => {
        const problem = problemOf(thrown);
        response.status(problem.code === TOO_MANY ? 429 : 400).json(problem);
      });
    };
  },
});

/** What went wrong, for a dialog. */
export interface Problem {
  /** In English, with what is known. */
  problem: string;
  code: string;
  /** A key of the catalogue below `common.advice`. */
  advice?: string;
  /** Of a login that was refused: when it may be tried again, in milliseconds since 1970. */
  next_trial?: number;
}

export function problemOf(thrown: unknown): Problem {
  const error = asPiKVMError(thrown);
  const advice = adviceOf(error);
  const nextTrial = "nextTrial" in error && error.nextTrial instanceof Date ? error.nextTrial.getTime() : undefined;
  return {
    problem: error.message,
    code: error.code,
    ...(advice === undefined ? {} : { advice }),
    ...(nextTrial === undefined ? {} : { next_trial: nextTrial }),
  };
}

const TOO_MANY = "TOO_MANY";
const MINUTE = 60_000;

/** How many may ask: no person asks more. */
export class Turns {
  #taken = 0;
  #begun: number[] = [];
  readonly #atOnce: number;
  readonly #perMinute: number;

  constructor(atOnce: number, perMinute = Infinity) {
    this.#atOnce = atOnce;
    this.#perMinute = perMinute;
  }

  /** @returns what ends the turn. @throws PiKVMError `TOO_MANY`. */
  take(): () => void {
    const now = performance.now();
    this.#begun = this.#begun.filter((time) => now - time < MINUTE);
    if (this.#taken >= this.#atOnce || this.#begun.length >= this.#perMinute)
      throw new PiKVMError("Too many dialogs ask at this moment: try again in some seconds.", { code: TOO_MANY });
    this.#begun.push(now);
    this.#taken += 1;
    return () => void (this.#taken -= 1);
  }
}
