import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { readAs } from "../../src/actions/read";
import * as readers from "../../src/actions/readers";
import { Unfit, type Reader } from "../../src/actions/readers";

/** Each value that is accepted, with what becomes of it; and those that are refused. */
function reads<T>(reader: Reader<T>, accepted: [given: unknown, result: T][], refused: unknown[]): void {
  for (const [given, result] of accepted) assert.deepEqual(reader(given), result, String(given));
  for (const given of refused) assert.throws(() => reader(given), Unfit, `${typeof given} ${String(given)}`);
}

describe("a choice", () => {
  const read = readers.choice(["on", "hard_off", "GET"], { true: "on", "1": "on" });

  test("is one of the list or a synonym, whatever its case, and nothing else", () => {
    const on = [" ON ", true, 1, "1", Buffer.from("on")].map((given): [unknown, "on"] => [given, "on"]);
    const refused = ["", "off", null, undefined, {}, ["on"], "constructor", "__proto__", "toString"];
    reads(read, [...on, ["hard off", "hard_off"], ["Hard-Off", "hard_off"], ["get", "GET"]], refused);
  });
});

describe("a flag", () => {
  test("is said in few words", () => {
    const yes = [true, "yes", "ON", 1, "true"].map((given): [unknown, boolean] => [given, true]);
    const no = [false, "no", "off", 0, "", "False"].map((given): [unknown, boolean] => [given, false]);
    reads(readers.flag(), [...yes, ...no], [undefined, null, 2, "maybe", "constructor", {}, []]);
  });
});

describe("a text", () => {
  test("is made of numbers and flags too, not of objects, and is not empty", () => {
    const accepted: [unknown, string][] = [["a", "a"], [1.5, "1.5"], [false, "false"], [Buffer.from("ä"), "ä"], [" ", " "]]; // prettier-ignore
    reads(readers.text(), accepted, ["", undefined, null, {}, ["a"], () => "a"]);
  });

  test("may be empty where that is said, and absent where that is", () => {
    reads(readers.text({ empty: true }), [["", ""]], [undefined, null]);
    reads(readers.text({ optional: true }), [["", ""], [undefined, ""], [null, ""]], [{}]); // prettier-ignore
  });

  test("is never shown in an error: it may be secret", () => {
    assert.throws(
      () => readers.text()(["s3cret"]),
      (error) => error instanceof Unfit && error.shown === undefined,
    );
  });
});

describe("a number", () => {
  test("also comes as text, and is in its range", () => {
    const read = readers.number({ min: 0.5, max: 10, unit: "seconds" });
    const accepted: [unknown, number][] = [
      [0.5, 0.5],
      ["10", 10],
      [" 2.5 ", 2.5],
      ["1e1", 10],
    ];
    reads(read, accepted, [0, 10.1, "", " ", "ten", "5 s", NaN, Infinity, undefined, null, true, {}, [5]]);
  });

  test("is whole where that is said", () => {
    reads(readers.number({ min: 1, max: 3, whole: true }), [[2, 2], ["3.0", 3]], [1.5, "2.1"]); // prettier-ignore
  });

  test("may be absent where that is said: that is no number, not zero", () => {
    const read = readers.optionalNumber({ min: 1, max: 3 });
    reads(read, [[undefined, undefined], [null, undefined], ["", undefined], ["2", 2]], [0, "x"]); // prettier-ignore
  });

  test("says what it must be", () => {
    const expects = (options: Parameters<typeof readers.number>[0], expected: string) =>
      assert.throws(() => readers.number(options)("x"), { expected });
    expects({ min: 0, max: 5, unit: "seconds" }, "a number of seconds from 0 to 5");
    expects({ min: 1, max: 9, whole: true }, "a whole number from 1 to 9");
  });
});

describe("names", () => {
  test("are a list, or a text with commas, blanks or plus signs between them", () => {
    const two = ["a", "b"];
    const given = ["a+b", "a, b", " a b ", "a,,b", two, [" a ", "", "b"], Buffer.from("a b")];
    reads(readers.names(), given.map((value): [unknown, string[]] => [value, two]), ["", [], [{}], {}, undefined]); // prettier-ignore
    reads(
      readers.names(),
      [
        [
          [1, true],
          ["1", "true"],
        ],
      ],
      [[null]],
    );
  });

  test("may be none where that is said", () => {
    reads(readers.names({ optional: true }), [["", []], [[], []], [undefined, []]], [[{}]]); // prettier-ignore
  });
});

describe("a region", () => {
  test("is four edges as text, list or object; what an object leaves out is the edge of the picture", () => {
    const all = { left: 1, top: 2, right: 30, bottom: 40 };
    const accepted: [unknown, object | undefined][] = [
      ["1, 2, 30, 40", all],
      [[1, "2", 30, 40], all],
      [{ ...all, unit: "px" }, all],
      [{ top: 2 }, { top: 2 }],
      [undefined, undefined],
      [null, undefined],
      [" ", undefined],
    ];
    reads(readers.region(), accepted, ["1, 2", [1, 2, 3], [1, 2, 3, -4], { left: "a" }, {}, "a, b, c, d", [1, 2, 3, Infinity], 7]); // prettier-ignore
  });
});

describe("a query", () => {
  test("is an object of simple values, JSON of one, or a text as after the question mark", () => {
    const accepted: [unknown, Record<string, string>][] = [
      [
        { a: 1, b: true, c: "x" },
        { a: "1", b: "true", c: "x" },
      ],
      ['{"a":1}', { a: "1" }],
      ["a=1&b=%20", { a: "1", b: " " }],
      ["", {}],
      [undefined, {}],
    ];
    reads(readers.query(), accepted, [{ a: {} }, { a: null }, '{"a":[1]}', "{not json", ["a"]]);
  });
});

describe("data", () => {
  test("is a text or bytes", () => {
    const bytes = new Uint8Array([1, 2]);
    reads(readers.data(), [["00FF", "00FF"], [bytes, bytes]], [1, {}, null, undefined, ["00"]]); // prettier-ignore
  });
});

describe("an image", () => {
  test("is its name, or the result of a node that has stored it", () => {
    reads(readers.image(), [["a.iso", "a.iso"], [{ image: "a.iso", size: 1 }, "a.iso"]], ["", {}, { image: "" }, null]); // prettier-ignore
  });

  test("to send is a path, bytes or a stream, with its size and name where they are known", () => {
    const stream = Readable.from([]);
    const bytes = Buffer.from("ab");
    const read = readers.imageSource();
    assert.deepEqual(read("/a.iso"), { source: "/a.iso" });
    assert.deepEqual(read(bytes), { source: bytes });
    assert.deepEqual(read(new Uint8Array(bytes)), { source: bytes });
    assert.equal(read(stream).source, stream);
    assert.deepEqual(read({ stream, size: "12", image: "b.iso" }), { source: stream, size: 12, name: "b.iso" });
    assert.ok(Number.isNaN(read({ stream, size: "large" }).size), "not a number: the client says what it must be");
    reads(read, [], ["", 1, {}, { stream: "s" }, null, undefined, []]);
  });
});

describe("the error of a value that cannot be used", () => {
  const message = (value: unknown, reader: Reader<unknown> = readers.number({ min: 0, max: 5 })): string => {
    try {
      readAs(reader, value, () => "Pause", "msg.payload");
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : "";
    }
    return "no error";
  };

  test("names the field, the value, where it came from, and what is accepted", () => {
    const expected = "cannot be used, expected a number from 0 to 5";
    assert.equal(message("six"), `ConfigurationError: Pause: "six" (from msg.payload) ${expected}.`);
    assert.equal(message({}), `ConfigurationError: Pause: "[object]" (from msg.payload) ${expected}.`);
    assert.equal(message([1]), `ConfigurationError: Pause: "[array]" (from msg.payload) ${expected}.`);
    assert.equal(message(null), `ConfigurationError: Pause: "null" (from msg.payload) ${expected}; nothing was given.`);
  });

  test("says when nothing was given", () => {
    assert.match(
      message(undefined),
      /^ConfigurationError: Pause: the value from msg\.payload cannot .*nothing was given\.$/,
    );
  });

  test("shows the beginning of what is long", () => {
    assert.match(message("9".repeat(5000)), /"9{60}\.\.\."/);
  });

  test("is another's when the reader itself fails", () => {
    const broken = () => {
      throw new TypeError("a bug");
    };
    assert.throws(() => readAs(broken, 1, () => "Pause", "the dialog"), TypeError);
  });
});
