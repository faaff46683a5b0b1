import { choice, CONFIRM, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

const stored = (value: string) => ({ field: "macro", type: "stored", value });
const MACRO = [
  { event_type: "key", event: { key: "KeyA", state: true } },
  { event_type: "delay", event: { millis: 61_000 } },
];

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...stored("[{"), reason: "Macro: must be JSON, as PiKVM's web page saves it" },
    { ...stored('{"a":1}'), reason: "Macro: must be a list of steps" },
    {
      ...stored('[{"event_type":"delay","event":{"millis":1}},{"event_type":"dance","event":{}}]'),
      reason: 'Macro: step 2 cannot be played: The event_type "dance" is not known',
    },
    { ...stored(""), reason: "Macro: must not be empty" },
    { ...number("repeat", "1.5"), reason: "Repeat: must be a whole number" },
    { ...number("speed", "11"), reason: `Speed: ${FOR_NUMBERS} 0.1 to 10` },
    { ...text("file", ""), given: [choice("source", "file")], reason: "File: must not be empty" },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      CONFIRM,
      FROM_MSG,
      choice("source", "macro"),
      stored(JSON.stringify(MACRO)),
      number("repeat", "3"),
      number("speed", "1.5"),
      number("hostTimeout", "60"),
      { field: "progress", value: true },
    ],
    [choice("source", "file"), text("file", "/data/macro.json")],
  ],
};
