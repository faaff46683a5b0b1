import { namesAsText } from "../client";
import type { FlowNode } from "./red";
import type { State } from "./look";

/** A path with nothing at it, and the names that there are instead. */
export interface MissingPath {
  path: string;
  names: string[];
}

/** Seconds after a connect by which a device has reported all its states; a slow one takes two. */
const ALL_REPORTED = 5;

/** Tells people of paths that lead nowhere: each once in the log, and in the status as long as it is so. */
export class MissingPaths {
  readonly #node: FlowNode;
  readonly #showState: (state: State) => void;
  readonly #find: () => MissingPath[];
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  constructor(node: FlowNode, show: (state: State) => void, find: () => MissingPath[]) {
    this.#node = node;
    this.#showState = show;
    this.#find = find;
  }

  onConnection(isConnected: boolean): void {
    this.end();
    if (isConnected) this.#timer = setTimeout(() => this.#look(), ALL_REPORTED * 1000);
  }

  /** It may be there now. */
  onState(): void {
    if (this.#isShown) this.#show(this.#find());
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#isShown = false;
  }

  #look(): void {
    const missing = this.#find();
    this.#show(missing);
    for (const { path, names } of missing) {
      if (this.#told.has(path)) continue;
      this.#told.add(path);
      this.#node.warn(`The device reports nothing at ${path}. ${namesAsText(names)}`);
    }
  }

  #show([first]: MissingPath[]): void {
    if (first) this.#showState({ is: "nothing_at", path: first.path });
    else if (this.#isShown) this.#showState({ is: "connected" });
    this.#isShown = first !== undefined;
  }
}
