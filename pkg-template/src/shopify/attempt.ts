// Code of others, which may throw at every step: getters of events and globals, storage that is forbidden.

/** What `work` gives; `otherwise` where it throws. */
export function attempt<T, Otherwise = undefined>(work: () => T, otherwise?: Otherwise): T | Otherwise {
  try {
    return work();
  } catch {
    return otherwise as Otherwise;
  }
}
