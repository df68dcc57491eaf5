import { expect, test } from "vitest";
import { blocksOf, prettyText } from "./prettyText.ts";

const pretty = (text: string, most = 10_000) => prettyText(text, most);

test("JSON is laid out as it was sent, numbers and repeated names too", () => {
  expect(pretty('{"a":[1.0,{"b":"x, {y} \\" z"}],"a":{},"n":null}').text).toBe(
    '{\n  "a": [\n    1.0,\n    {\n      "b": "x, {y} \\" z"\n    }\n  ],\n  "a": {},\n  "n": null\n}',
  );
  const value = { list: [1, "two", [], { deep: true }], empty: {}, text: "a\\" };
  expect(pretty(JSON.stringify(value)).text).toBe(JSON.stringify(value, null, 2));
});

test("what only looks like JSON stays as it is", () => {
  for (const text of ["{openapi: 3.0.0, info: {}}", "[section]\nkey=1", '{"open', "}", "]x"]) {
    expect(pretty(text)).toEqual({ kind: "text", text, whole: true, changed: false });
  }
});

test("YAML and plain words stay as they are", () => {
  const text = "openapi: 3.0.0\ninfo:\n  title: <b>Orders</b>\n";
  expect(pretty(text)).toEqual({ kind: "text", text, whole: true, changed: false });
});

test("XML in one line is laid out, with its text in place", () => {
  expect(pretty('<?xml version="1.0"?><a b="1"><c>some text</c><d/><!-- <x> --><e></e></a>').text).toBe(
    '<?xml version="1.0"?>\n<a b="1">\n  <c>some text</c>\n  <d/>\n  <!-- <x> -->\n  <e></e>\n</a>',
  );
});

test("XML that has lines already is left alone", () => {
  const text = "<a>\n   <b>1</b>\n</a>\n";
  expect(pretty(text)).toEqual({ kind: "xml", text, whole: true, changed: false });
});

test("only the first part is looked at and shown", () => {
  const shown = pretty(`[${"1,".repeat(1_000_000)}1]`, 1000);
  expect(shown.text.length).toBeLessThanOrEqual(1000);
  expect(shown.whole).toBe(false);
  const words = pretty("x".repeat(5_000_000), 1000);
  expect([words.text.length, words.whole]).toEqual([1000, false]);
  const tags = pretty("<a>".repeat(100_000), 1000);
  expect([tags.text.length <= 1000, tags.whole]).toEqual([true, false]);
});

test("somebody else's nesting costs no time and no memory", () => {
  const start = performance.now();
  for (const text of [
    "[".repeat(5_000_000),
    "<!--".repeat(1_000_000),
    `"${"\\".repeat(1_000_000)}`,
    '{"'.repeat(99_999),
  ]) {
    expect(pretty(text, 200_000).text.length).toBeLessThanOrEqual(200_000);
  }
  expect(performance.now() - start).toBeLessThan(1000);
});

test("a text that ends at the limit is whole", () => {
  expect(pretty("abc", 3).whole).toBe(true);
  expect(pretty("[1]", 7)).toEqual({ kind: "json", text: "[\n  1\n]", whole: true, changed: true });
  expect(pretty("[1]", 6).whole).toBe(false);
});

test("blocks are whole lines, and together they are the text", () => {
  for (const text of ["", "one", "x\n".repeat(500), `${"y\n".repeat(1203)}end`]) {
    const blocks = blocksOf(text);
    expect(blocks.join("")).toBe(text);
    expect(blocks.slice(0, -1).every((block) => block.endsWith("\n"))).toBe(true);
  }
  expect(blocksOf(`${"y\n".repeat(1203)}end`).length).toBe(3);
});
