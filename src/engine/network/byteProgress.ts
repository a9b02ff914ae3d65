/** Tells of a body's bytes as they go out, and in the end of neither more nor less than arrived. */
export async function withByteProgress<T>(
  length: number,
  onBytes: (bytes: number) => void,
  send: (onSent: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  let told = 0;
  const tell = (bytes: number) => {
    told += bytes;
    if (bytes !== 0) onBytes(bytes);
  };
  try {
    const stored = await send(tell);
    tell(length - told);
    return stored;
  } catch (error) {
    tell(-told);
    throw error;
  }
}
