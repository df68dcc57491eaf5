import type { SimulationFault } from "../model/simulation.ts";

/** What is said of the Kyma that is simulated. */
const faults: Record<SimulationFault, string> = {
  runtime: "At most 4 names of 1 to 32 lower-case letters, digits and dashes, with no dash first, each once.",
  port: "A number from 1024 to 65535, or nothing.",
  url: "An address of this computer that starts with http://, or nothing.",
  label: "Names have 1 to 256 letters, digits and underscores, each once.",
};

export const simulationWords = {
  title: "Kyma simulation",
  lead: "What old applications find when they pair through REST. Everything here counts after a restart of the local server; what is paired stays paired.",
  loading: "Loading the simulation",
  unreadable: "The settings of the simulation could not be read.",
  faults,

  connectors: "Connectors",
  one: "One Connector",
  oneText:
    "It plays everything: registry, info endpoint and events. What most clients know, and what one Kyma cluster did.",
  two: "Two Connectors",
  twoText:
    "Pairing in two phases: the central one for registry and info, and one in each runtime for events. For applications that were built after the two-phase proposal; what others paired for events has to pair with a runtime, too.",
  runtimes: "Runtimes",
  runtimesHint: "Names, separated by commas. Empty: one that is called kyma.",

  central: "Central mode",
  centralText:
    "Token requests need the headers Tenant and Group, which go into O and OU of the certificate. For clients of a central Connector Service (several runtimes behind one).",
  createUnknown: "Create unknown applications on pairing",
  createUnknownText:
    "As Kyma did: a token for a name that nobody knows works, and the application is registered with it. Off, such a request is refused with a sentence.",
  labels: "Labels of applications that are created this way",
  labelKey: "Name",
  labelValue: "Value",
  addLabel: "Add a label",
  removeLabel: (key: string) => (key === "" ? "Remove this label" : `Remove label ${key}`),
  noLabels: "None.",

  internalPort: "Internal port",
  internalPortHint:
    "On this computer only, without TLS: where scripts and token handlers ask for tokens, as at port 8080 in the cluster. Empty: it is not opened.",
  subscriber: "Send every event to",
  subscriberHint: "An address of this computer, http://127.0.0.1:… Empty: events are only kept and shown.",
  optional: "optional",

  fixed: "Set on the command line of this window; it can't be changed here.",
  differs: "The server runs with other settings. They count after a restart.",
  notRunning: "The server is not running.",
  restart: "Restart with these settings",
  restarting: "Restarting…",
  restarted: "The server runs with these settings.",
  discard: "Discard",
  changed: "There are changes that are not in use yet.",
  restartText:
    "Tokens that were handed over and not used yet stay valid until they expire; open connections are closed.",
  failed: "The simulation was not changed.",
  invalid: (amount: number) =>
    amount === 1 ? "One field needs another value." : `${amount} fields need another value.`,
} as const;
