const WINDOW_MS = 60_000;

/** Counts requests of the last minute per key. */
export function createRateLimit(perMinute: number) {
  const calls = new Map<string, number[]>();

  return {
    /** Counts one request; `allowed` is false for one too many, which is not counted. */
    count(key: string): { allowed: boolean; limit: number; remaining: number; resetSeconds: number } {
      const now = Date.now();
      const recent = (calls.get(key) ?? []).filter((at) => now - at < WINDOW_MS);
      const allowed = recent.length < perMinute;
      if (allowed) recent.push(now);
      calls.set(key, recent);
      const oldest = recent[0] ?? now;
      return {
        allowed,
        limit: perMinute,
        remaining: Math.max(0, perMinute - recent.length),
        resetSeconds: Math.ceil((oldest + WINDOW_MS - now) / 1000),
      };
    },
  };
}
