/** Pairing many applications at once, as one chunk that is loaded later. */
export { default as BulkBar } from "./pages/waves/BulkBar.svelte";
export { default as WavesPage } from "./pages/waves/WavesPage.svelte";
