import { expect, test } from "vitest";
import type { SimulationSettings } from "../backend/types.ts";
import { fromDraft, type SimulationDraft, sameSimulation, simulationFaults, toDraft } from "./simulation.ts";

const settings: SimulationSettings = {
  twoPhase: true,
  runtimes: ["kyma", "eu10"],
  central: false,
  createUnknownApplications: true,
  internalPort: 8080,
  defaultLabels: [
    { key: "region", value: "eu" },
    { key: "team", value: "" },
  ],
  eventSubscriber: "http://127.0.0.1:9000/",
};
const faults = (part: Partial<SimulationDraft>) => [...simulationFaults({ ...toDraft(settings), ...part })];

test("a form that was not touched changes nothing", () => {
  expect(fromDraft(toDraft(settings))).toEqual(settings);
  expect(faults({})).toEqual([]);
});

test("empty fields mean what the server does by itself", () => {
  const draft = {
    ...toDraft(settings),
    runtimes: " , ",
    internalPort: " ",
    eventSubscriber: " ",
    labels: [{ key: " ", value: "" }],
  };
  expect(simulationFaults(draft).size).toBe(0);
  expect(fromDraft(draft)).toMatchObject({
    runtimes: [],
    internalPort: null,
    eventSubscriber: null,
    defaultLabels: [],
  });
});

test("what can't work is said before the restart", () => {
  expect(faults({ runtimes: "kyma, kyma" })).toEqual(["runtime"]);
  expect(faults({ runtimes: "Kyma" })).toEqual(["runtime"]);
  expect(faults({ runtimes: "../x" })).toEqual(["runtime"]);
  expect(faults({ runtimes: "a b c d e" })).toEqual(["runtime"]);
  for (const internalPort of ["0", "80", "65536", "x", "8080.5"]) expect(faults({ internalPort })).toEqual(["port"]);
  expect(faults({ eventSubscriber: "localhost:9000" })).toEqual(["url"]);
  expect(faults({ labels: [{ key: "", value: "x" }] })).toEqual(["label"]);
  expect(faults({ labels: [{ key: "a-b", value: "x" }] })).toEqual(["label"]);
  expect(
    faults({
      labels: [
        { key: "a", value: "x" },
        { key: "a", value: "y" },
      ],
    }),
  ).toEqual(["label"]);
});

test("labels have no order", () => {
  expect(sameSimulation(settings, { ...settings, defaultLabels: [...settings.defaultLabels].reverse() })).toBe(true);
  expect(sameSimulation(settings, { ...settings, central: true })).toBe(false);
});
