/** Kyma as old applications know it: everything that no screen needs at once, as one chunk that is loaded later. */
export { default as EventsTab } from "./pages/kyma/EventsTab.svelte";
export { default as FirstPhase } from "./pages/kyma/FirstPhase.svelte";
export { default as Heartbeat } from "./pages/kyma/Heartbeat.svelte";
export { default as KymaCards } from "./pages/kyma/KymaCards.svelte";
export { default as LegacyLink } from "./pages/kyma/LegacyLink.svelte";
export { default as MetadataTab } from "./pages/kyma/MetadataTab.svelte";
export { default as SecondPhase } from "./pages/kyma/SecondPhase.svelte";
export { default as SilentFilter } from "./pages/kyma/SilentFilter.svelte";
export { default as SimulationForm } from "./pages/kyma/SimulationForm.svelte";
export { default as WhatNext } from "./pages/kyma/WhatNext.svelte";
export { ApplicationKyma } from "./state/applicationKyma.svelte.ts";
