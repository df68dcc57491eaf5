import type { PlanProblem, WaveHand, WaveRunState, WaveStage } from "../backend/types.ts";
import { count, durationWords } from "../model/time.ts";
import { plural } from "../words.ts";

/** What is said while many applications are paired, one wave after another. */
const problems: Record<PlanProblem, { title: (amount: number) => string; what: string }> = {
  missing: { title: (amount) => `${plural(amount, "row names", "rows name")} no application`, what: "left out" },
  ambiguous: {
    title: (amount) =>
      `${plural(amount, "name belongs", "names belong")} to several applications; write the id instead`,
    what: "left out",
  },
  duplicate: { title: (amount) => `${plural(amount, "row repeats", "rows repeat")} an application`, what: "left out" },
  already_paired: {
    title: (amount) => `${plural(amount, "application is", "applications are")} paired already`,
    what: "the new certificate works beside the old one",
  },
  managed: {
    title: (amount) => `${plural(amount, "application is", "applications are")} managed by an integration system`,
    what: "it may issue the pairing data itself, with a lifetime of its own",
  },
};

const hands: Record<WaveHand, { title: string; text: string }> = {
  by_hand: {
    title: "By hand, one after another",
    text: "You copy the pairing data, paste it on the other side, and go on with the next application.",
  },
  files: {
    title: "One file for each application",
    text: "You choose a folder. Each application gets a file in it that only you can read, as long as its token lives.",
  },
};

const stages: Record<WaveStage, string> = {
  planned: "Planned",
  requested: "Requested",
  handed_over: "Handed over",
  redeemed: "Token used",
  signed: "Request sent",
  paired: "Paired",
  expired: "Expired",
  failed: "Failed",
  skipped: "Skipped",
};

const states: Record<WaveRunState, string> = {
  running: "Running",
  paused: "Paused",
  stopped: "Stopped",
  finished: "Finished",
};

export const waveWords = {
  what: "waves",
  problems,
  hands,
  stages,
  states,
  title: "Pairing in waves",
  lead: "Tokens live for minutes only, so they are requested in waves: never more at once than can be handed over in time.",

  bulk: {
    label: "What was picked",
    picked: (amount: number) => `${count(amount)} picked`,
    pair: "Pair in waves…",
    all: (amount: number) => `Pick all ${count(amount)} that match`,
    clear: "Pick none",
  },

  choose: {
    title: "Which applications",
    picked: (amount: number) => `${plural(amount, "application was", "applications were")} picked in the list.`,
    none: "Choose applications in the list, or drop a CSV with a column name or id.",
    toList: "Choose in the list",
    forget: "Pick none",
    csv: "CSV with a column name or id",
    most: "Files up to 4 MB. A header line names the columns.",
    checking: "Checking…",
  },
  preview: {
    title: "Preview",
    ready: (amount: number) => `${plural(amount, "application", "applications")} will be paired`,
    nothing: "Nobody is left to be paired.",
    also: "Pair also those that are paired already",
    line: (line: number) => `line ${count(line)}`,
    more: (amount: number) => `and ${count(amount)} more`,
  },
  hand: "How the pairing data gets there",
  size: {
    label: "Applications in one wave",
    why: (lifetime: number | null, suggested: number) =>
      `${lifetime === null ? "This environment does not say how long a token lives" : `A token lives for ${durationWords(lifetime)}`}. ` +
      `${count(suggested)} at once leave time to hand all of them over.`,
    fault: "A number from 1 to 500.",
  },
  start: (amount: number) => `Pair ${plural(amount, "application", "applications")}`,
  starting: "Starting…",
  nothingYet: "No token is requested before you press this.",

  run: {
    where: (environment: string, tenant: string) => `${environment} · tenant ${tenant}`,
    elsewhere: (environment: string, tenant: string) =>
      `This run belongs to ${environment}, tenant ${tenant}. It rests until you are back there.`,
    progress: (done: number, total: number) => `${count(done)} of ${plural(total, "application", "applications")} done`,
    wave: (wave: number, waves: number) => `Wave ${count(wave)} of ${count(waves)}`,
    rate: (perMinute: number) => `${count(Math.round(perMinute * 10) / 10)} a minute`,
    left: (seconds: number, at: string) =>
      `about ${durationWords(Math.max(60, Math.round(seconds / 60) * 60))}, done at ${at}`,
    resting: (environment: string, seconds: number) =>
      `${environment} asks us to slow down. Going on in ${plural(seconds, "second", "seconds")}.`,
    counts: "How many are how far",
    all: "All",
    pause: "Pause",
    resume: "Go on",
    stop: "Stop",
    retry: "Retry failed",
    again: "New run",
    csv: "Report as CSV",
    json: "Report as JSON",
    saved: (path: string) => `Report saved to ${path}.`,
    pausedText: "No new tokens. Those that live may still be used.",
    stoppedText: "Nothing more is requested. Tokens that live may still be used.",
    finished: (paired: number, total: number) =>
      `${count(paired)} of ${plural(total, "application", "applications")} paired.`,
    folder: "Files are in",
    folderText: "Each file is worthless when its token was used or has expired.",
    failures: "What went wrong",
    failure: (amount: number, message: string) => `${count(amount)} × ${message}`,
    rows: "Applications of this run",
    columns: { name: "Name", stage: "Stage", wave: "Wave", problem: "What happened" },
    more: "Show more",
    shown: (shown: number, total: number) => `${count(shown)} of ${count(total)} shown`,
    unreadable: "The run could not be read.",
    old: "The run could not be read again.",
    loading: "Loading the run",
    none: "None.",
  },
  turn: {
    title: (name: string) => `Now: ${name}`,
    hint: "Copy it, paste it on the other side, then go on. You need not wait for the application.",
    copy: "Copy pairing data",
    next: "Next",
    left: (face: string) => `${face} left for this token`,
    expired: "This token has expired. Go on: it can be retried later.",
    nobody: "It is nobody's turn. Next requests the token of the next application.",
    all: "Everybody has had a turn. Those whose token lives may still finish.",
  },
  stopDialog: {
    title: "Stop this run?",
    text: (planned: number) =>
      planned === 0
        ? "Nothing more is requested. Tokens that live may still be used."
        : `${plural(planned, "application has", "applications have")} not had a turn and will be skipped. They can be retried.`,
    back: "Go back",
    confirm: "Stop",
  },
} as const;
