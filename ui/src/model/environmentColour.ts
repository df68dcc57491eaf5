import type { EnvironmentColour, EnvironmentKind } from "../backend/types.ts";

/** Grey is what the program says of its own server as long as nobody has chosen a colour: people know it in teal. */
export function colourOf({ kind, colour }: { kind: EnvironmentKind; colour: EnvironmentColour }): EnvironmentColour {
  return kind === "local" && colour === "grey" ? "teal" : colour;
}
