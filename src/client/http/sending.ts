import { DecoratorHandler, type Dispatcher } from "undici";

/** How far a request is. */
export interface Progress {
  /** Its first byte is about to be written, or was: from then on it may have been carried out. */
  sent: boolean;
  /** What is to be sent is waited for, not the device. */
  starved: boolean;
  /** Its answer has begun. */
  answered: boolean;
}

/** Keeps the `Progress` up to date that a request carries as its `opaque`. */
export function noteSending(dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch {
  return (options, handler) => {
    // Every request of this package passes its Progress as `opaque`, which undici hands through.
    const { opaque } = options as Dispatcher.DispatchOptions & { opaque: Progress };
    return dispatch(options, new SendingNote(handler, opaque));
  };
}

type RequestStart = NonNullable<Dispatcher.DispatchHandler["onRequestStart"]>;

// undici's types leave out the methods of its class.
const Decorator = DecoratorHandler as new (handler: Dispatcher.DispatchHandler) => {
  onRequestStart(...args: Parameters<RequestStart>): void;
};

class SendingNote extends Decorator {
  readonly #progress: Progress;

  constructor(handler: Dispatcher.DispatchHandler, progress: Progress) {
    super(handler);
    this.#progress = progress;
  }

  override onRequestStart(...args: Parameters<RequestStart>): void {
    this.#progress.sent = true;
    super.onRequestStart(...args);
  }
}
