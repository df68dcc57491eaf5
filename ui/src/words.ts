import type { Guard, Theme } from "./backend/types.ts";
import { clockFace } from "./model/countdown.ts";
import type { Column } from "./model/rows.ts";
import type { StatusKey } from "./model/status.ts";
import { count } from "./model/time.ts";

/**
 * Every sentence of the page, ready for a second language: here those of the frame and the list, in words/ those of the
 * screens that are loaded later. Pure: no state, no markup.
 */
export const plural = (amount: number, one: string, many: string): string =>
  `${count(amount)} ${amount === 1 ? one : many}`;

const status: Record<StatusKey, string> = {
  not_paired: "Not paired",
  waiting: "Waiting for the application",
  paired: "Paired",
  failed: "Failed",
  unknown: "Unknown",
};

const themes: Record<Theme, string> = {
  system: "Like the system",
  light: "Light",
  dark: "Dark",
  high_contrast_light: "High contrast, light",
  high_contrast_dark: "High contrast, dark",
};

const columns: Record<Column, string> = {
  status: "Status",
  name: "Name",
  provider: "Provider",
  description: "Description",
  updated: "Updated",
};

const locked: Record<Guard, string> = {
  none: "",
  confirm: "asks before each change",
  type_name: "asks for its name before each change",
  read_only: "read-only",
};

export const words = {
  product: "Pairing Cockpit",
  status,
  themes,
  columns,

  nav: {
    label: "Sections",
    applications: "Applications",
    certificates: "Certificates",
    oauthClients: "OAuth clients",
    authority: "Authority",
    runtimes: "Runtimes",
    integrationSystems: "Integration systems",
    formations: "Formations",
    waves: "Pairing in waves",
    environments: "Environments",
    settings: "Settings",
  },

  /** The environment in force. */
  frame: {
    undone: (before: string, now: string) =>
      now === before || now === ""
        ? `Nothing was done: ${before} has changed meanwhile.`
        : `Nothing was done in ${before}: ${now} is shown now.`,
    readOnly: (name: string) => `${name} is read-only in this window.`,
    notSignedIn: (name: string) => `You are not signed in to ${name}.`,
    lost: (name: string) => `${name} does not answer.`,
    noTenant: "No tenant was chosen.",
    none: "none",
  },

  header: {
    tenant: "Tenant:",
    theme: "Theme",
    lock: "Lock: hide all secrets, empty the clipboard",
    shortcuts: "Shortcuts",
    environment: (name: string, badge: string, guard: Guard) =>
      `Environment ${[name, badge, locked[guard]].filter(Boolean).join(", ")}`,
    switch: "Switch environment",
  },

  statusBar: {
    label: "Status",
    ready: "Server runs",
    starting: "Server starts…",
    failed: "Server stopped",
    disconnected: "No answer",
    reached: "Director answers",
    lost: "No answer",
    unasked: "Not asked yet",
    director: "Director",
    connector: "Connector",
    mtls: "mTLS",
    oauth: "OAuth",
    version: (version: string) => `v${version}`,
    copyLabel: (what: string, port: string) => `${what} ${port}, copy its URL`,
    copyUrl: (what: string, url: string) => `${what}: ${url} (click to copy)`,
    warnings: (amount: number) => plural(amount, "warning", "warnings"),
  },

  copy: {
    label: (what: string) => `Copy ${what}`,
    clears: (seconds: number) => `Copied · clears in ${clockFace(seconds)}`,
    copied: "Copied",
    clearNow: "Clear now",
    plain: (what: string) => `${what} copied.`,
    unavailable: "The clipboard can't be written here. Show the value and copy it by hand, or save it as a file.",
    cleared: "The clipboard is empty.",
    notOurs: "The clipboard holds something else by now; it was left alone.",
    done: (seconds: number | null, keptOutOfHistory: boolean) => {
      const emptied = seconds === null ? "Copied." : `Copied. We'll empty the clipboard in ${seconds} s`;
      if (seconds === null) return emptied;
      return keptOutOfHistory
        ? `${emptied}, and we asked your system not to keep it in clipboard history.`
        : `${emptied}. Your desktop may still keep it in clipboard history.`;
    },
  },

  error: {
    details: "Details",
    code: "Code",
    correlation: "Correlation id",
    copyDetails: "Copy details",
    copied: "Details",
    again: "Try again",
    reload: "Load again",
    unexpected: "This page ran into a fault of its own.",
  },

  server: {
    starting: "The local server is starting…",
    startingLong: "Still starting. The first start creates a certificate authority, which can take a few seconds.",
    failedTitle: "The local server is not running",
    again: "Try again",
    trying: "Starting…",
    stale: (stopped: boolean | null, seen: string) =>
      `${stopped === null ? "" : stopped ? "The server stopped. " : "The server can't be reached. "}You see data from ${seen}.`,
  },

  list: {
    title: "Applications",
    create: "New application",
    search: "Search applications",
    placeholder: "Name, id, label, provider or URL",
    clear: "Clear search",
    table: "Applications",
    pair: "Pair…",
    pairNamed: (name: string) => `Pair ${name}`,
    actions: "Actions",
    picked: "Picked",
    pick: (name: string) => `Pick ${name}`,
    rows: (total: number) => plural(total, "application", "applications"),
    matches: (all: string, match: number) => `${all} · ${count(match)} ${match === 1 ? "matches" : "match"}`,
    progress: (loaded: number, total: number) =>
      `${count(loaded)} of ${count(total)} loaded. You can already search these.`,
    checking: (age: string) => `Saved ${age}, being checked`,
    unchecked: (age: string) => `Saved ${age}, not checked since`,
    resuming: (seconds: number) => `Resuming in ${count(seconds)} s.`,
    resumeNow: "Resume now",
    stop: "Stop",
    resume: "Resume",
    keep: "Keep these",
    stopped: (loaded: number, total: number) => `Stopped at ${count(loaded)} of ${count(total)}.`,
    loading: "Loading applications",
    loadingLong: "The Director is taking its time. Loading goes on.",
    conditionSince: (condition: string, at: string) => `The Director says ${condition}, since ${at}`,
    waiting: (seconds: number | null) =>
      seconds === null ? status.waiting : `${status.waiting} (${clockFace(seconds)})`,
    refresh: "Read again",
  },

  application: {
    back: "Applications",
    missing: (tenant: string) => `This application no longer exists, or not in tenant ${tenant}.`,
    backToList: "Back to the list",
    openClient: "Open OAuth client",
    loading: "Loading application",
  },

  settings: { notKept: "The setting could not be kept." },
} as const;
