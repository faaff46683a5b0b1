/** What a bridge needs of the connection to a broker. */
export interface Channel {
  readonly isConnected: boolean;
  /** Bytes of the largest message that the broker takes; it would end the connection for a larger one. */
  readonly largest: number;
  /** Never rejects; false when it has not been taken, e.g. without a connection. */
  publish(message: Outgoing): Promise<boolean>;
  /**
   * Holds over reconnects; each message comes at most once. Each filter has one listener, which must not throw.
   * @returns what ends it.
   */
  subscribe(filter: string, onArrival: (arrival: Arrival) => void): () => void;
}

export interface Outgoing {
  topic: string;
  payload: string | Buffer;
  /** The broker keeps it for who comes later. Default false. */
  retain?: boolean;
  /** Of an answer in MQTT 5: which question it belongs to. */
  correlationData?: Buffer | undefined;
}

/** A message that a broker has handed over. */
export interface Arrival {
  topic: string;
  /** Others may have the same. */
  payload: Buffer;
  /** The broker keeps it; before MQTT 5 this is known only of what was there before we asked for it. */
  isRetained: boolean;
  /** Where MQTT 5 tells it. */
  responseTopic?: string | undefined;
  correlationData?: Buffer | undefined;
  /** Seconds for which it is still of use. */
  expiry?: number | undefined;
}
