// When loading began. Invariant: the first import of the entry point, so that everything else is loaded after it.

/** `performance.now()` at the start of loading the bundle. */
export const loadedAtMs = performance.now();
