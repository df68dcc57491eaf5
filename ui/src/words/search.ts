import { count } from "../model/time.ts";

/** What is said when a search leaves nothing. */
export const searchWords = {
  nothing: (query: string) => `Nothing matches “${query}”.`,
  partly: (loaded: number, total: number) => `${count(loaded)} of ${count(total)} were searched so far.`,
  all: "Show all",
} as const;
