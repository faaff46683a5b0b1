import { choice, CONFIRM, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

const CUSTOM = choice("call", "custom");
const PATH = "Path: must begin with one slash and have no blanks";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...text("path", "https://elsewhere/api"), given: [CUSTOM], reason: PATH },
    { ...text("path", "//elsewhere/api"), reason: PATH },
    { ...number("timeout", "0"), reason: `Answer within: ${FOR_NUMBERS} 0.1 to 3600` },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      CONFIRM,
      FROM_MSG,
      CUSTOM,
      choice("method", "POST"),
      text("path", "/api/atx/click"),
      text("query", "button=power"),
      choice("format", "text"),
      number("timeout", "5"),
    ],
    [text("body", "hello")],
  ],
};
