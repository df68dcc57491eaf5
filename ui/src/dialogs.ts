/** Everything that lies above a page, as one chunk that is loaded after the first rows. */
export { default as ApplicationDialog } from "./pages/applications/ApplicationDialog.svelte";
export { default as DeleteDialog } from "./pages/applications/DeleteDialog.svelte";
export { default as LeaveGuard } from "./pages/pair/LeaveGuard.svelte";
export { default as Question } from "./parts/Question.svelte";
export { default as Sheet } from "./parts/Sheet.svelte";
export { default as CloseGuard } from "./shell/CloseGuard.svelte";
export { default as LockScreen } from "./shell/LockScreen.svelte";
export { default as ShortcutSheet } from "./shell/ShortcutSheet.svelte";
export { guardWords } from "./words/guard.ts";
