const small = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** "812 bytes", "1.2 KB", "5 MB", in powers of 1024, as limits are set. */
export function bytes(amount: number): string {
  if (amount < 1000) return amount === 1 ? "1 byte" : `${whole.format(amount)} bytes`;
  const [unit, size] = amount < 1000 * 1024 ? ["KB", 1024] : ["MB", 1024 * 1024];
  const value = amount / (size as number);
  return `${(value < 10 ? small : whole).format(value)} ${unit}`;
}

const encoder = new TextEncoder();

/** How many bytes a text has in UTF-8. */
export const byteLength = (text: string): number => encoder.encode(text).byteLength;
