import { choice, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...number("atX", "100001"), reason: `X: ${FOR_NUMBERS} -100000 to 100000` },
    { ...number("hold", "601"), reason: `Hold for: ${FOR_NUMBERS} 0 to 600` },
    { ...number("toX", ""), given: [choice("action", "drag")], reason: `To X: ${FOR_NUMBERS} -100000 to 100000` },
    { ...number("steps", "0"), reason: `Steps: ${FOR_NUMBERS} 1 to 1000` },
    { ...number("duration", "-1"), reason: `Takes: ${FOR_NUMBERS} 0 to 600` },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      FROM_MSG,
      choice("action", "drag"),
      choice("button", "right"),
      choice("unit", "pixels"),
      number("atX", "10"),
      number("atY", "20"),
      number("toX", "300"),
      number("toY", "400"),
      number("steps", "50"),
      number("hostTimeout", "60"),
    ],
    [number("duration", "2")],
    [choice("action", "click"), number("hold", "0.2")],
  ],
};
