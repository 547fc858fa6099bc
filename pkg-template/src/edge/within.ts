// How long something is waited for.

/** What {@link within} gives where the time was up. */
export const LATE = Symbol("late");

/** What `work` gives, if it does within `ms`. It goes on where the time is up; what it ends with is then nobody's. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<typeof LATE>((resolve) => {
    if (ms < 2 ** 31) timer = setTimeout(resolve, ms, LATE);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
