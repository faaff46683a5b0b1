import { choice, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...text("text", ""), reason: "Text: must not be empty" },
    { ...number("delay", "5.5"), reason: `Pause per key: ${FOR_NUMBERS} 0 to 5` },
    {
      ...text("keys", "Ctl+Delete"),
      given: [choice("action", "shortcut")],
      reason: 'Keys: "Ctl" is not the name of a key',
    },
    { ...text("key", "entre"), given: [choice("action", "key")], reason: 'Key: "entre" is not the name of a key' },
    { ...number("hold", "601"), given: [choice("action", "key")], reason: `Hold for: ${FOR_NUMBERS} 0 to 600` },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      FROM_MSG,
      choice("action", "text"),
      text("text", "root"),
      { field: "enter", type: "bool", value: "true" },
      { field: "capsLockOff", type: "bool", value: "true" },
      text("keymap", "de"),
      { field: "strict", type: "bool", value: "true" },
      { field: "delay", type: "global", value: "pace" },
      { field: "fast", type: "bool", value: "true" },
      number("hostTimeout", "60"),
      { field: "progress", value: true },
    ],
    [choice("action", "shortcut"), text("keys", "ControlLeft+KeyC")],
    [choice("action", "key"), text("key", "F12"), number("hold", "1")],
  ],
};
