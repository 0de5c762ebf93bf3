/** Like Promise.all, but waits for every promise even if one fails, so that none continues after its caller has cleaned up. */
export async function together<const T extends readonly unknown[]>(work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
} // prettier-ignore
