import type { SimulationSettings } from "../backend/types.ts";

export type SimulationFault = "runtime" | "port" | "url" | "label";
/** The form as it is typed. */
export type SimulationDraft = {
  twoPhase: boolean;
  runtimes: string;
  central: boolean;
  createUnknownApplications: boolean;
  internalPort: string;
  labels: { key: string; value: string }[];
  eventSubscriber: string;
};

export function toDraft(settings: SimulationSettings): SimulationDraft {
  return {
    twoPhase: settings.twoPhase,
    runtimes: settings.runtimes.join(", "),
    central: settings.central,
    createUnknownApplications: settings.createUnknownApplications,
    internalPort: settings.internalPort === null ? "" : String(settings.internalPort),
    labels: settings.defaultLabels.map(({ key, value }) => ({ key, value })),
    eventSubscriber: settings.eventSubscriber ?? "",
  };
}

/** Rows of labels in which nothing was typed are not there. */
export function fromDraft(draft: SimulationDraft): SimulationSettings {
  const port = draft.internalPort.trim();
  return {
    twoPhase: draft.twoPhase,
    runtimes: names(draft.runtimes),
    central: draft.central,
    createUnknownApplications: draft.createUnknownApplications,
    internalPort: port === "" ? null : Number(port),
    defaultLabels: draft.labels
      .map(({ key, value }) => ({ key: key.trim(), value }))
      .filter(({ key, value }) => key !== "" || value !== ""),
    eventSubscriber: draft.eventSubscriber.trim() || null,
  };
}

/** What the server would refuse in any case; everything else it says itself. */
export function simulationFaults(draft: SimulationDraft): Set<SimulationFault> {
  const found = new Set<SimulationFault>();
  const { runtimes, internalPort, defaultLabels, eventSubscriber } = fromDraft(draft);
  if (runtimes.length > 4 || runtimes.some((name) => !/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) || repeats(runtimes)) {
    found.add("runtime");
  }
  if (internalPort !== null && !(Number.isInteger(internalPort) && internalPort >= 1024 && internalPort <= 65_535)) {
    found.add("port");
  }
  if (eventSubscriber !== null && !(eventSubscriber.startsWith("http://") && URL.canParse(eventSubscriber))) {
    found.add("url");
  }
  const keys = defaultLabels.map(({ key }) => key);
  if (keys.some((key) => !/^\w{1,256}$/.test(key)) || repeats(keys)) found.add("label");
  return found;
}

export function sameSimulation(a: SimulationSettings, b: SimulationSettings): boolean {
  const plain = (settings: SimulationSettings) =>
    JSON.stringify([
      settings.twoPhase,
      settings.runtimes,
      settings.central,
      settings.createUnknownApplications,
      settings.internalPort,
      settings.defaultLabels.map(({ key, value }) => [key, value]).sort(),
      settings.eventSubscriber,
    ]);
  return plain(a) === plain(b);
}

const names = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);
const repeats = (list: readonly string[]): boolean => new Set(list).size < list.length;
