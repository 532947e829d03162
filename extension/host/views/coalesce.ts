// Keeps repeated requests for the same work from piling up.

/** Runs `work` one at a time; requests that come while it runs lead to one more run, which answers all of them. */
export function createCoalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}

/** Calls `action` at once, then at most every `intervalMs`; the last request is never lost. */
export function createThrottled(action: () => void, intervalMs: number): { request(): void; dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  const tick = (): void => {
    timer = undefined;
    if (!isDue) return;
    isDue = false;
    action();
    timer = setTimeout(tick, intervalMs);
  };
  return {
    request() {
      isDue = true;
      if (!timer) tick();
    },
    dispose() {
      clearTimeout(timer);
      timer = undefined;
      isDue = false;
    },
  };
}
