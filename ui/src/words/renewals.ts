import { count } from "../model/time.ts";

export const ordinal = (amount: number): string => {
  const last = amount % 100 >= 11 && amount % 100 <= 13 ? 0 : amount % 10;
  return `${count(amount)}${["th", "st", "nd", "rd"][last] ?? "th"}`;
};

/** Where a certificate stands in its line. */
export const generationWords = (generation: number): string =>
  generation === 0 ? "First of its line" : `${ordinal(generation)} renewal`;
