/** The methods that a PiKVM knows. */
export const METHODS = ["GET", "POST", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** Those that change something, and may have a body. */
export const CHANGING_METHODS = METHODS.filter((method): method is ChangingMethod => method !== "GET");
export type ChangingMethod = Exclude<Method, "GET">;

/** What a path with a query, or a name in a header, cannot hold as it is: blanks, control characters, all but ASCII. */
export const NOT_VISIBLE_ASCII = /[^\x21-\x7e]/;

export const BODY_FORMATS = ["json", "text", "buffer"] as const;
/** What an answer's body is read as: JSON, a text in UTF-8, or bytes. */
export type BodyFormat = (typeof BODY_FORMATS)[number];

/** How an answer is handed on: whole, or as a stream that is read while it arrives. */
export const ANSWER_FORMATS = [...BODY_FORMATS, "stream"] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];
