import type { EventDelivery, EventRing, EventWire } from "../backend/types.ts";
import { bytes } from "../model/bytes.ts";
import { count } from "../model/time.ts";
import { plural } from "../words.ts";

/** What is said of the events that an application sent. */
const wires: Record<EventWire, string> = {
  legacy: "legacy",
  structured: "CloudEvent, structured",
  binary: "CloudEvent, binary",
};

const deliveryState = ({ state, status }: EventDelivery): string => {
  if (state === "waiting") return "Waiting";
  if (state === "delivered") return status === null ? "Delivered" : `Delivered (${status})`;
  return status === null ? "Failed" : `Failed (${status})`;
};

export const eventWords = {
  loading: "Loading events",
  unreadable: "The events could not be read.",
  old: "The events could not be read again. Asking goes on.",
  list: "Events",
  none: (name: string) => `No event of ${name} yet.`,
  noneText: "It sends them with its certificate, to this address:",
  live: "Live",
  liveTip: "Shows new events as they come",
  fresh: (amount: number) => `${count(amount)} new`,
  freshMany: (amount: number) => `${count(amount)} or more new`,
  older: "Older",
  newer: "Newer",
  page: "Pages of events",
  choose: "Choose one to see what is in it.",
  loadingOne: "Loading the event",
  gone: "It is not kept any more: newer events took its place.",
  unreadableOne: "This event could not be read.",
  ring: ({ kept, dropped, limit, bytes: size, byteLimit }: EventRing) =>
    `The server keeps ${count(kept)} of at most ${plural(limit, "event", "events")} (${bytes(size)} of ${bytes(byteLimit)})` +
    (dropped === 0 ? "." : `; ${plural(dropped, "older one was", "older ones were")} dropped.`),
  wires,
  delivered: (amount: number) => `delivered to ${count(amount)}`,
  failed: (amount: number) => `failed at ${count(amount)}`,
  waiting: (amount: number) => `on its way to ${count(amount)}`,

  detail: {
    received: "Received",
    runtime: "At runtime",
    wire: "Sent as",
    type: "Type",
    version: "Version",
    id: "ID",
    source: "Source",
    time: "Time it says",
    contentType: "Content type",
    size: "Size",
    attributes: "Attributes",
    noAttributes: "It has no attributes.",
    deliveries: "Deliveries",
    noDeliveries: "Nobody had subscribed to it.",
    deliveryState,
    payload: "Payload",
    binary: "It is not text. Shown as Base64.",
    empty: "It has no payload.",
    copy: "Copy payload",
    copied: "Payload",
  },

  subscriptions: {
    title: "Subscriptions",
    lead: "Who is sent the events of this application. An address of this computer only, such as http://127.0.0.1:9000/events.",
    unreadable: "The subscriptions could not be read.",
    none: "Nobody has subscribed. Events are kept and shown all the same.",
    columns: { what: "Events", whose: "Of", url: "Sent to", actions: "Actions" },
    all: "all",
    every: "every application",
    this: "this application",
    fixed: "Set when the server was started; it can't be removed here.",
    remove: "Remove",
    removeNamed: (url: string) => `Remove the subscription of ${url}`,
    removed: "The subscription was removed.",
    add: "Add a subscription",
    url: "Address",
    type: "Event type",
    version: "Version",
    anything: "Empty: every one.",
    whose: "Events of",
    submit: "Subscribe",
    submitting: "Subscribing…",
    added: (url: string) => `${url} gets them from now on.`,
    urlNeeded: "An address that starts with http://.",
  },
} as const;
