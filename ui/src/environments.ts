/** The pages on which environments are listed and set up, as one chunk that is loaded later. */
export { default as EnvironmentPage } from "./pages/environments/EnvironmentPage.svelte";
export { default as EnvironmentsPage } from "./pages/environments/EnvironmentsPage.svelte";
