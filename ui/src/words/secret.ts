import { durationWords } from "../model/time.ts";

/** What is said about a secret that is shown now and not again. */
export const secretWords = {
  once: "This is the only time the secret can be shown.",
  noCopy: "We keep no copy of it.",
  readable: "This environment will show it again to people with application.auths:read.",
  scopes: "Scopes",
  noScopes: "none",
  test: "Test: get a token",
  testing: "Getting a token…",
  works: (scopes: string[], seconds: number) =>
    `It works: token for ${scopes.length > 0 ? scopes.join(" ") : "no scopes"}, valid ${durationWords(seconds)}.`,
  again: "Try again",
  stored: "I've stored the secret",
  later: (date: string) => `Created ${date}. The secret can't be shown again.`,
} as const;
