import { createContext, Script } from "node:vm";
import { ConfigurationError } from "./errors";

/**
 * Milliseconds for one look. A good expression takes less than one; a bad one may take years. On a busy computer they
 * may pass while it does something else.
 */
const PATIENCE = 100;
/** Characters of an expression. To compile it takes time that nothing limits: of hundreds of thousands half a minute. */
const MAX_SOURCE = 10_000;
/** Characters of the expression that are shown in an error. */
const SHOWN = 80;

/** Reads with a time limit, which only a script has. */
const look = new Script("expression.exec(text)?.[0]");
const room = createContext({});

/** The part of a text that fits a regular expression; undefined when none does. */
export type Expression = (text: string) => string | undefined;

/**
 * A regular expression (JavaScript) that somebody has written. It cannot hold up the process: one that goes astray is
 * stopped.
 * @param flags e.g. `im`
 * @throws ConfigurationError for what is none; what it returns throws one that takes too long with a text.
 */
export function expressionOf(source: string, flags = ""): Expression {
  const shown = source.length > SHOWN ? `${source.slice(0, SHOWN)}...` : source;
  if (source.length > MAX_SOURCE) {
    throw new ConfigurationError(
      `A regular expression may have ${MAX_SOURCE} characters; "${shown}" has ${source.length}.`,
    );
  }
  let expression: RegExp;
  try {
    expression = new RegExp(source, flags);
  } catch (cause) {
    throw new ConfigurationError(`"${shown}" is not a regular expression.`, { cause });
  }
  return (text) => {
    Object.assign(room, { expression, text });
    try {
      return found();
    } catch (cause) {
      if (!isTimeout(cause)) throw new ConfigurationError(`"${shown}" cannot be looked for.`, { cause });
      throw new ConfigurationError(
        `The regular expression "${shown}" takes too long with a text of ${text.length} characters. ` +
          "Write it without repeats inside of repeats, such as (a+)+.",
        { cause, code: "EXPRESSION_TOO_SLOW" },
      );
    } finally {
      Object.assign(room, { expression: undefined, text: "" });
    }
  };
}

/** What is in the room is looked for again, for longer, where the time has passed without much computing. */
function found(): string | undefined {
  const start = process.cpuUsage();
  for (const timeout of [PATIENCE, 4 * PATIENCE]) {
    try {
      return look.runInContext(room, { timeout }) as string | undefined; // what exec() has found
    } catch (error) {
      const { user, system } = process.cpuUsage(start);
      if (!isTimeout(error) || user + system >= (PATIENCE / 2) * 1000) throw error;
    }
  }
  return look.runInContext(room, { timeout: 10 * PATIENCE }) as string | undefined; // as above
}

/** It is an error of the room, not of ours. */
const isTimeout = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
