import { expect, test } from "vitest";
import { byteLength, bytes } from "./bytes.ts";

test("sizes are said as a person says them", () => {
  expect([0, 1, 812, 1024, 1229, 65_536, 5 * 1024 * 1024].map(bytes)).toEqual([
    "0 bytes",
    "1 byte",
    "812 bytes",
    "1 KB",
    "1.2 KB",
    "64 KB",
    "5 MB",
  ]);
});

test("bytes are not letters", () => {
  expect(byteLength("aé💙")).toBe(7);
});
