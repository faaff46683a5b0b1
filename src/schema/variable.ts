/**
 * The name of the environment variable that a whole value stands for, which Node-RED puts in when the node starts:
 * `${NAME}`, or `$(NAME)` as in old flows. Undefined for any other value; what has blanks around it is one.
 */
export function variableIn(value: string): string | undefined {
  return /^\$\{([^\s{}]+)\}$/.exec(value)?.[1] ?? /^\$\(([^\s()]+)\)$/.exec(value)?.[1];
}

/** The first `${NAME}` inside of a text, which Node-RED does not replace; undefined where there is none. */
export function referenceIn(value: string): string | undefined {
  return variableIn(value) === undefined ? /\$\{[^{}]*\}/.exec(value)?.[0] : undefined;
}
