import { expect, it } from "vitest";
import { tabsFor } from "./forms.ts";

it("shows only the forms that were given, the main value first", () => {
  const tabs = tabsFor([
    { form: "connector_url", secret: false },
    { form: "token", secret: true },
    { form: "json", secret: true },
  ]);
  expect(tabs).toEqual([
    { key: "token", forms: ["token", "connector_url"] },
    { key: "more", forms: ["json"] },
  ]);
});
