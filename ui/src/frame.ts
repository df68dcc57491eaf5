/** What the frame needs when there is more than the server of this computer, as one chunk that is loaded later. */
export { default as EnvironmentSwitcher } from "./shell/EnvironmentSwitcher.svelte";
export { default as ErrorAction } from "./shell/ErrorAction.svelte";
export { default as GuardDialog } from "./shell/GuardDialog.svelte";
export { default as ReadOnlyStrip } from "./shell/ReadOnlyStrip.svelte";
export { default as RemoteStrip } from "./shell/RemoteStrip.svelte";
export { default as SignInDialog } from "./shell/SignInDialog.svelte";
export { default as SignInLine } from "./shell/SignInLine.svelte";
export { default as TenantSwitcher } from "./shell/TenantSwitcher.svelte";
