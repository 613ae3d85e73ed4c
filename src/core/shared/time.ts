/** A moment in UTC, ISO 8601 with milliseconds: `2026-01-15T14:05:00.000Z`. Sorts as text. */
export type Instant = string;

export function toInstant(date: Date): Instant {
  return date.toISOString();
}

export function plus(instant: Instant, ms: number): Instant {
  return new Date(Date.parse(instant) + ms).toISOString();
}

/** Milliseconds from `from` to `to`; negative when `to` is earlier. */
export function msBetween(from: Instant, to: Instant): number {
  return Date.parse(to) - Date.parse(from);
}

export function earliest(instants: (Instant | undefined)[]): Instant | undefined {
  return instants.filter((i) => i !== undefined).sort()[0];
}
