import { durationWords } from "../model/time.ts";

/** The sentences of the settings. */
export const settingsWords = {
  title: "Settings",
  looks: "Appearance",
  theme: "Theme",
  security: "Security",
  clipboard: "Empty the clipboard after",
  clipboardHint:
    "Counts for copied secrets, and only if the clipboard still holds ours. It is also emptied on quit and on lock.",
  seconds: (seconds: number) => durationWords(seconds),
  notifications: "Notifications",
  notify: "Tell me when a certificate expires in",
  notifyHint:
    "A notification of your desktop, once for each certificate and each of these times. It carries no secret.",
  notifyDays: (days: number) => (days === 1 ? "1 day" : `${days} days`),
  notifyNone: "You are not told about expiring certificates.",
  data: "This installation",
  dataDir: "Data folder",
  caFile: "CA certificate",
  environment: "Environment",
  tenant: "Tenant",
  tenantId: "Tenant id",
  directorUrl: "Director",
  connectorUrl: "Connector",
  mtlsDirectorUrl: "Director with certificate",
  mtlsConnectorUrl: "Connector with certificate",
  oauthUrl: "OAuth2 token URL",
  version: "Version",
  warnings: "Worth knowing",
  warningsLocal: "About this computer, not about the environment that is shown.",
  noEnvironment: "The addresses appear when the server runs.",
} as const;
