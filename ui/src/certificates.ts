/** The screens of the certificates and of who signs them, as one chunk that is loaded after the first rows. */
export { default as AuthorityPage } from "./pages/authority/AuthorityPage.svelte";
export { default as CertificatePage } from "./pages/certificates/CertificatePage.svelte";
export { default as CertificatesPage } from "./pages/certificates/CertificatesPage.svelte";
export { default as RequestBox } from "./pages/certificates/RequestBox.svelte";
export { default as RequestPage } from "./pages/certificates/RequestPage.svelte";
export { default as RevokeAll } from "./pages/certificates/RevokeAll.svelte";
export { default as KeyProtection } from "./pages/unlock/KeyProtection.svelte";
