/**
 * Reports the bytes of a body of `length` bytes as `send` sends them. In the end neither more nor
 * fewer than arrived are reported: where `send` throws, all of them are taken back.
 */
export async function withByteProgress<T>(
  length: number,
  onBytes: (bytes: number) => void,
  send: (onSent: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  let reported = 0;
  const report = (bytes: number) => {
    reported += bytes;
    if (bytes !== 0) onBytes(bytes);
  };
  try {
    const stored = await send(report);
    report(length - reported);
    return stored;
  } catch (error) {
    report(-reported);
    throw error;
  }
}
