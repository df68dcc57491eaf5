/** What else is in a landscape beside applications, and what no screen needs at once, as one chunk that is loaded later. */
export { default as EventUrl } from "./pages/application/EventUrl.svelte";
export { default as NoApplications } from "./pages/applications/NoApplications.svelte";
export { default as FormationsCard } from "./pages/formations/FormationsCard.svelte";
export { default as FormationsPage } from "./pages/formations/FormationsPage.svelte";
export { default as IntegrationSystemPage } from "./pages/integrationSystems/IntegrationSystemPage.svelte";
export { default as IntegrationSystemsPage } from "./pages/integrationSystems/IntegrationSystemsPage.svelte";
export { default as LivePairings } from "./pages/pair/LivePairings.svelte";
export { default as NoPermission } from "./pages/runtimes/NoPermission.svelte";
export { default as RemoveEntry } from "./pages/runtimes/RemoveEntry.svelte";
export { default as RuntimePage } from "./pages/runtimes/RuntimePage.svelte";
export { default as RuntimesPage } from "./pages/runtimes/RuntimesPage.svelte";
