import type { Dispatcher } from "undici";
import { once, undici } from "../libraries";

/** How far a request is: what its error says depends on it. */
export interface RequestStage {
  /** Its first byte is about to be written, or was written: from then on the device may have carried it out. */
  sent: boolean;
  /** The next piece of its body is waited for, not the device. */
  starved: boolean;
  /** Its answer has begun. */
  answered: boolean;
}

type RequestStart = NonNullable<Dispatcher.DispatchHandler["onRequestStart"]>;

// undici's types leave out the methods of its class.
type Decorator = new (handler: Dispatcher.DispatchHandler) => {
  onRequestStart(...args: Parameters<RequestStart>): void;
};

/** Lets each request note in its `opaque`, a `RequestStage`, that it is being sent. */
export const noteSent = once((): Dispatcher.DispatcherComposeInterceptor => {
  class SentNote extends (undici().DecoratorHandler as Decorator) {
    readonly #stage: RequestStage;

    constructor(handler: Dispatcher.DispatchHandler, stage: RequestStage) {
      super(handler);
      this.#stage = stage;
    }

    override onRequestStart(...args: Parameters<RequestStart>): void {
      this.#stage.sent = true;
      super.onRequestStart(...args);
    }
  }

  return (dispatch) => (options, handler) => {
    // Every request of this package has its RequestStage as `opaque`, which undici hands through.
    const { opaque } = options as Dispatcher.DispatchOptions & { opaque: RequestStage };
    return dispatch(options, new SentNote(handler, opaque));
  };
});
