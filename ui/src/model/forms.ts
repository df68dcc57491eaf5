import type { AuthType, Form, FormInfo } from "../backend/types.ts";

/** One tab of the pairing page: the values it shows, the first of which is what the main *Copy* takes. */
export type FormTab = { key: TabKey; forms: [Form, ...Form[]] };
export type TabKey = "pairing_data" | "token" | "legacy_url" | "curl" | "openssl" | "more";

const TABS: FormTab[] = [
  { key: "pairing_data", forms: ["pairing_data"] },
  { key: "token", forms: ["token", "connector_url"] },
  { key: "legacy_url", forms: ["legacy_url"] },
  { key: "curl", forms: ["curl"] },
  { key: "openssl", forms: ["openssl"] },
  { key: "more", forms: ["env", "json"] },
];

/** The tabs for what this Director gave; a form it did not give has no tab. */
export function tabsFor(offered: readonly FormInfo[]): FormTab[] {
  const names = new Set(offered.map(({ form }) => form));
  return TABS.flatMap(({ key, forms }) => {
    const [first, ...others] = forms.filter((form) => names.has(form));
    return first ? [{ key, forms: [first, ...others] as [Form, ...Form[]] }] : [];
  });
}

/** The form that "copy it as soon as it arrives" means. */
export function primaryForm(type: AuthType): Form {
  return type === "client_certificate" ? "pairing_data" : "all";
}

/** Values that need more than one line. */
export function isScript(form: Form): boolean {
  return form === "curl" || form === "openssl" || form === "env" || form === "json" || form === "curl_token";
}
