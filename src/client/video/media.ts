import { MediaSocket } from "./media-socket";
import { openWebSocket } from "../events/socket";
import type { CallOptions, Transport } from "../http/transport";

/** What the media daemon offers; devices differ. */
export interface MediaState {
  /** By format. */
  video: {
    /** `profile_level_id` as in SDP, for decoders. */
    h264?: { profile_level_id: string };
    jpeg?: Record<string, unknown>;
  };
}

/**
 * Single frames of the video, H.264 or JPEG, from the daemon beside kvmd (`/api/media`). It starts no video: frames
 * come only while somebody watches (`PiKVM.video`). Its sockets are not sessions of kvmd: opening and closing one disturbs no typing.
 */
export class Media {
  readonly #transport: Transport;
  readonly #open = new Set<MediaSocket>();

  constructor(transport: Transport) {
    this.#transport = transport;
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
    const socket = new MediaSocket(await openWebSocket(this.#transport, "/api/media/ws", signal), this.#transport);
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
