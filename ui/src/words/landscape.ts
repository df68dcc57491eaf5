import type { OwnerKind } from "../backend/types.ts";
import { plural } from "../words.ts";

/** What is said about runtimes, integration systems and formations. */
const application = {
  emptyTitle: (tenant: string) => `No applications in tenant ${tenant}.`,
  emptyText: "An application must exist before it can be paired.",
};

const runtime = {
  title: "Runtimes",
  one: "Runtime",
  search: "Search runtimes",
  placeholder: "Name, id or description",
  table: "Runtimes",
  rows: (total: number) => plural(total, "runtime", "runtimes"),
  loading: "Loading runtimes",
  emptyTitle: (tenant: string) => `No runtimes in tenant ${tenant}.`,
  emptyText: "A runtime is a Kyma cluster that applications are made available to.",
  needed: "runtime:read",
  create: "New runtime",
  pair: "Pair…",
  missing: (tenant: string) => `This runtime no longer exists, or not in tenant ${tenant}.`,
  back: "Runtimes",
};

const integrationSystem = {
  title: "Integration systems",
  one: "Integration system",
  search: "Search integration systems",
  placeholder: "Name, id or description",
  table: "Integration systems",
  rows: (total: number) => plural(total, "integration system", "integration systems"),
  loading: "Loading integration systems",
  emptyTitle: () => "No integration systems.",
  emptyText: "An integration system manages applications on behalf of somebody else, and may pair them by itself.",
  needed: "integration_system:read",
  pair: "Credentials…",
  missing: () => "This integration system no longer exists.",
  back: "Integration systems",
};

const permissions: Record<OwnerKind, string> = {
  application: "application.auths:read",
  runtime: "runtime.auths:read",
  integration_system: "integration_system.auths:read",
};

/** While nothing can be read. */
export const eventUrlWords = {
  title: "Event URL",
  look: "Look it up",
  hint: "A Compass chooses a runtime when it is asked, if none is chosen yet.",
  none: "No runtime takes its events yet.",
} as const;

export const notYet = {
  signIn: (what: string) => `Sign in to see the ${what}.`,
  tenant: (what: string) => `Choose a tenant to see its ${what}.`,
  answer: (what: string, environment: string) =>
    environment === ""
      ? `The ${what} come as soon as there is an answer.`
      : `The ${what} come as soon as ${environment} answers.`,
};

export const landscapeWords = {
  application,
  runtime,
  integrationSystem,
  columns: { status: "Status", name: "Name", description: "Description", created: "Created", id: "ID" },
  loadingOne: "Loading",
  loadingLong: "The Director is taking its time.",
  toList: "Back to the list",
  pairAgain: "Pair again…",
  continue: "Continue pairing…",
  moreCredentials: "More credentials…",
  delete: "Delete",
  facts: "Facts",
  id: "ID",
  name: "Name",
  description: "Description",
  condition: "Condition",
  created: "Created",
  labels: "Labels",
  noLabels: "No labels.",

  entries: {
    unreadable: "Credentials could not be read: your sign-in lacks",
    permission: (kind: OwnerKind) => permissions[kind],
    rest: "Pairing still works; live progress will not.",
    copyRequest: "Copy request",
    copied: "Request",
    request: (permission: string, environment: string, tenant: string) =>
      `Please give my sign-in the permission ${permission} on ${environment}, tenant ${tenant}. ` +
      "Without it Pairing Cockpit can't show what was issued, nor how far a pairing has come.",
    remove: "Remove",
    removeNamed: (what: string) => `Remove: ${what}`,
    removeTitle: "Remove this entry?",
    removeToken: (name: string) =>
      `Its token stops working. If ${name} has not used it yet, it needs new pairing data.`,
    removeCertificate: (name: string) =>
      `Certificates of this entry are not accepted by the Director any more, and ${name} can't renew them. ` +
      "The Connector itself learns nothing of it: until it expires, the certificate still opens a connection there.",
    removeCredentials: (name: string) =>
      `The client ID and its secret stop working at once. ${name} can't get access tokens with them.`,
    removeUnknown: (name: string) => `Whatever ${name} got through this entry stops working.`,
    removing: "Removing…",
    removed: "The entry was removed.",
    back: "Go back",
  },

  createRuntime: {
    title: "New runtime",
    name: "Name",
    rule: "1–256 letters, digits, hyphens, dots and underscores.",
    fault: "Only letters, digits, hyphens, dots and underscores.",
    needed: "A name is needed.",
    description: "Description",
    create: "Create",
    creating: "Creating…",
    cancel: "Cancel",
    created: (name: string) => `${name} was created.`,
  },
  removeRuntime: {
    title: (name: string) => `Delete ${name}?`,
    text: "Its pairings stop working, and it leaves its formations. What runs in the cluster goes on running.",
    confirm: "Delete",
    deleting: "Deleting…",
    cancel: "Cancel",
    done: (name: string) => `${name} was deleted.`,
  },

  formations: {
    title: "Formations",
    none: "In no formation.",
    noneText: "Applications and runtimes of the same formation see each other.",
    assign: "Assign",
    assigning: "Assigning…",
    choose: "Formation",
    chooseNone: "Choose a formation",
    unassign: (name: string) => `Take out of ${name}`,
    assigned: (name: string, formation: string) => `${name} is in ${formation} now.`,
    unassigned: (name: string, formation: string) => `${name} is not in ${formation} any more.`,
    unreadable: "The formations could not be read.",
    old: "The formations could not be read again.",
    loading: "Loading formations",
    loadingOne: "Loading the formation",
    unreadableOne: "The formation could not be read.",
    gone: "This formation is not there any more.",
    chooseOne: "Choose a formation to see who is in it.",
    rows: (total: number) => plural(total, "formation", "formations"),
    emptyTitle: "No formations yet.",
    list: "Formations",
    create: "New formation",
    name: "Name",
    nameNeeded: "A name is needed.",
    creating: "Creating…",
    cancel: "Cancel",
    created: (name: string) => `${name} was created.`,
    condition: "Condition",
    state: "State",
    id: "ID",
    members: "Applications in it",
    membersOf: (amount: number) => plural(amount, "application", "applications"),
    nobody: "No application of this list is in it.",
    partly: "The list of applications is not loaded as a whole, so some may be missing here.",
    more: (amount: number) => `and ${plural(amount, "more", "more")}`,
    add: "Add an application",
    addPlaceholder: "Name or id",
    addNone: "No application matches.",
  },

  noPermission: {
    title: (what: string) => `You may not list ${what} here.`,
    needed: "Needed:",
    copy: "Copy request for your admin",
    copied: "Request",
    request: (permission: string, environment: string, tenant: string) =>
      `Please give my sign-in the permission ${permission} on ${environment}, tenant ${tenant}.`,
  },

  live: {
    elsewhere: (amount: number, first: string, environment: string, tenant: string) =>
      `${plural(amount, "pairing waits", "pairings wait")} in other places; the first is ${first} in ${environment}, tenant ${tenant}. Go there`,
    label: (amount: number, first: string) =>
      `${plural(amount, "pairing waits", "pairings wait")} for somebody; the first is ${first}`,
  },
} as const;
