/** The most that is read of a file: a chain with a key is a few kilobytes. */
export const MOST_BYTES = 64 * 1024;

/** A file as the program takes it: its text, or, when it is none, its bytes in base64. */
export function textOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Not text: DER or PKCS#12.
  }
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
