import type { CallOptions, Transport } from "../http/transport";
import type { Sockets } from "../sockets/sockets";
import { MediaSocket } from "./media-socket";
import type { MediaState } from "./media-state";

/**
 * Single frames of the video, H.264 or JPEG, from the daemon beside kvmd (`/api/media`). It starts no video: frames
 * come only while somebody watches (`PiKVM.video`).
 */
export class Media {
  readonly #transport: Transport;
  readonly #sockets: Sockets;
  readonly #open = new Set<MediaSocket>();

  constructor(transport: Transport, sockets: Sockets) {
    this.#transport = transport;
    this.#sockets = sockets;
  }

  /** The formats. `GET /api/media`. @throws APIError with status 404 or 502 where there is no such daemon. */
  async getState({ signal }: CallOptions = {}): Promise<MediaState> {
    return (await this.#transport.get<{ media: MediaState }>("/api/media", { signal })).media;
  }

  /**
   * Opens a WebSocket for frames; see `MediaSocket`. `GET /api/media/ws`.
   * @param options its `signal` cancels the opening only.
   * @throws APIError / AuthError for a refusal; ConnectError, ConnectionTimeoutError, WebSocketError, CancelledError.
   */
  async open({ signal }: CallOptions = {}): Promise<MediaSocket> {
    const socket = new MediaSocket(this.#sockets, this.#transport, { signal });
    this.#open.add(socket);
    void socket.ended.then(() => this.#open.delete(socket));
    try {
      await socket.greeted({ signal });
      return socket;
    } catch (error) {
      await socket.close();
      throw error;
    }
  }

  /** Closes all sockets. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((socket) => socket.close()));
  }
}
