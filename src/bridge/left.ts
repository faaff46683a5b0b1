/** What a bridge leaves on its broker when it is closed, for the next one of the same node. */
export interface Left {
  topics: readonly string[];
  /** By their keys the platforms of all that Home Assistant may know. */
  components: Iterable<readonly [key: string, platform: string]>;
}

export const NOTHING: Left = { topics: [], components: [] };
