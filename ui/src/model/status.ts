/** The words of the list; `expires_soon` and friends come with the certificate inventory. */
export type StatusKey = "not_paired" | "waiting" | "paired" | "failed" | "unknown";

/**
 * What an application's condition means for pairing. The Director has no such word, so this is derived; screens show
 * the condition itself beside it.
 */
export function statusOf(condition: string): StatusKey {
  switch (condition) {
    case "CONNECTED":
    case "READY":
      return "paired";
    case "INITIAL":
    case "DRAFT":
    case "PROVISIONING":
    case "CREATING":
    case "CREATE_SUCCEEDED":
    case "UNPAIRING":
      return "not_paired";
    default:
      return /(^|_)(FAILED|ERROR)$/.test(condition) ? "failed" : "unknown";
  }
}
