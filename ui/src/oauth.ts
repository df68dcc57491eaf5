/** The screens of the OAuth clients, as one chunk that is loaded after the first rows. */
export { default as OAuthClientPage } from "./pages/oauth/OAuthClientPage.svelte";
export { default as OAuthClientsPage } from "./pages/oauth/OAuthClientsPage.svelte";
