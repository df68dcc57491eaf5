import type { LinkGeneration, RuntimeCertificateState } from "../backend/types.ts";
import { clockFace } from "../model/countdown.ts";
import type { Silence } from "../model/heartbeat.ts";
import { count } from "../model/time.ts";
import { plural } from "../words.ts";

/** What is said of an application as old Kyma saw it: its polls, its runtimes, its link. */
const certificates: Record<RuntimeCertificateState, (until: string) => string> = {
  valid: (until) => `Certificate until ${until}`,
  expired: (until) => `Its certificate ended on ${until}`,
  revoked: () => "Its certificate was revoked",
};

const generations: Record<LinkGeneration, { title: string; text: string; who: string }> = {
  second: {
    title: "Second generation (Kyma 0.7 to 2.2)",
    text: "For a client with a field for a connection URL or a token URL.",
    who:
      "Wanted by: SAP Commerce and other SAP solutions that were connected to a Kyma cluster, varkes, SAP's mock " +
      "applications (Commerce, Marketing, Cloud for Customer), the certificate script of the Kyma tutorials.",
  },
  first: {
    title: "First generation (Kyma 0.3 to 0.6)",
    text: "For a client that speaks of a Remote Environment. It knows no info endpoint, no renewal and no heartbeat.",
    who: "Wanted by: software that was last touched in 2018.",
  },
};

export const kymaWords = {
  loading: "Loading what Kyma knows",
  loadingLong: "The server is taking its time.",
  unreadable: "Heartbeat and runtimes could not be read.",
  old: (at: string) => `This could not be read again; you see what was known at ${at}.`,

  heartbeat: {
    label: "Heartbeat",
    never: "No heartbeat yet: it has not asked for its addresses with a certificate.",
    seen: (ago: string) => `Last seen ${ago}`,
    silent: (days: number, at: string) => `Silent for ${plural(days, "day", "days")}: last seen ${at}`,
    tip: (at: string) => `It last asked the info endpoint at ${at}`,
    summary: ({ polls, most, longest }: Silence) =>
      `${plural(polls, "poll", "polls")} in 7 days` +
      (polls === 0 ? "" : `, at most ${count(most)} in an hour, longest silence ${longest}`),
    short: (polls: number) => `${plural(polls, "poll", "polls")} in 7 days`,
    days: "By day",
    table: "Polls by day",
    columns: { day: "Day", polls: "Polls", hours: "Hours with a poll" },
  },

  silent: {
    filter: "Silent for 3 days",
    tip: "Applications that asked for their addresses before, but not in the last 3 days",
    nobody: "No application has been silent for 3 days.",
    unreadable: (why: string) => `Who is silent can't be read: ${why}`,
  },

  runtimes: {
    title: "Runtimes",
    leadOne: "This Connector is the runtime as well: one certificate opens everything.",
    leadTwo: "Each runtime has its own Connector. A second certificate, from there, opens its events.",
    events: "Event URL",
    metadata: "Registry URL",
    connector: "Connector URL",
    noToken: (name: string) =>
      `No second token yet. It comes when ${name} asks the info endpoint with its first certificate.`,
    arrived: (at: string, left: number) => `The second token arrived at ${at}; ${clockFace(left)} left to use it.`,
    tokenExpired: (at: string) => `The second token was not used and expired ${at}. The next poll brings another one.`,
    used: (at: string) => `The second token was used ${at}.`,
    noCertificate: "No certificate of this runtime yet.",
    noCertificateOne: "No certificate yet.",
    certificates,
    expiredNow: "Its certificate was ended by hand",
    lastUsed: (ago: string) => `last used ${ago}`,
    change: "Change the event URL now",
    changeText: (name: string) =>
      `Events get another address, for every application of this runtime; the present one answers 404. ` +
      `${name} should learn the new one at its next poll and send there. The first one comes back when the server starts again.`,
    expire: "Expire now",
    expireText: (name: string) =>
      `Its certificate ends at this moment. ${name} should ask for its addresses, take the new token and pair with this runtime again.`,
    expireTextOne: (name: string) =>
      `Its certificate ends at this moment. ${name} can't ask for anything any more: it should say so, and wait to be paired again.`,
    changing: "Changing…",
    nothing: (name: string) => `${name} has no certificate there that could end.`,
    expired: (amount: number) => `${plural(amount, "certificate has", "certificates have")} ended.`,
    pairAgain: "Pair again…",
  },

  expireDialog: {
    title: (name: string) => `End ${name}'s certificate now?`,
    textTwo: (name: string, runtime: string) =>
      `${name} can't send events to ${runtime} until it has paired there again. It can do that by itself, with the token of its next poll.`,
    textOne: (name: string) =>
      `It is the only one: ${name} can call nothing any more, until somebody hands over new pairing data.`,
    confirm: "Expire now",
    back: "Go back",
  },

  adapted: {
    label: "Did it adapt?",
    move: {
      waiting: (name: string, since: string) => `Not yet: ${name} has not asked for its addresses since ${since}.`,
      told: (name: string, at: string) =>
        `${name} has been told the new address, at ${at}. No event has come there yet.`,
      adapted: (name: string, at: string) => `${name} has adapted: an event came to the new address at ${at}.`,
    },
    expire: {
      waiting: (name: string, since: string) => `Not yet: ${name} has not asked for its addresses since ${since}.`,
      waitingOne: (name: string, since: string) =>
        `${name} has no certificate since ${since}. It needs new pairing data.`,
      told: (name: string, at: string) =>
        `${name} has been given a new token, at ${at}. It has not paired with it yet.`,
      adapted: (name: string, at: string) => `${name} has adapted: it has a new certificate since ${at}.`,
    },
  },

  link: {
    title: "Connection link",
    lead: "For old clients that pair through REST. The CN of the certificate is the application's name, and the link is used up only when a certificate was issued.",
    generation: "Which generation",
    generations,
    request: "Get a link",
    requesting: "Getting a link…",
    nothing: "Nothing is created until you press this.",
    value: "Connection link",
    copy: "Copy link",
    left: (left: number, at: string) => `Expires in ${clockFace(left)}, at ${at}.`,
    expired: "This link has expired.",
    fresh: "Get a new one",
    forget: "Forget it",
    first: "A first-generation client has one link at a time: a new one makes this one void.",
    browser: "A browser that opens it is told what it is for, and nothing is used up.",
    failed: "There is no link.",
  },

  kubernetes: {
    title: "Kubernetes",
    text: "The application with its APIs and events as the custom resource that Kyma's Application Connector knows. No secret is in it.",
    save: "Save as YAML…",
    copy: "Copy YAML",
    copied: "YAML",
    saved: (path: string) => `Saved to ${path}.`,
  },
} as const;
