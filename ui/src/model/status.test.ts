import { expect, it } from "vitest";
import { statusOf } from "./status.ts";

it.each([
  ["INITIAL", "not_paired"],
  ["CONNECTED", "paired"],
  ["FAILED", "failed"],
  ["ERROR", "failed"],
  ["DELETE_FAILED", "failed"],
  ["UNPAIR_FAILED", "failed"],
  ["UPDATE_SUCCEEDED", "unknown"],
  ["SOMETHING_NEW", "unknown"],
])("%s is shown as %s", (condition, status) => {
  expect(statusOf(condition)).toBe(status);
});
