/** How far a pairing has come: nothing to see before something was handed over, so it is loaded behind the choice. */
export { default as FinishStep } from "./pages/pair/FinishStep.svelte";
export { default as LiveStates } from "./pages/pair/LiveStates.svelte";
