const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `45 s`, `12 min`, `1 h 12 min`, `2 d 3 h`; what is left over is dropped. */
export function duration(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(Math.max(0, ms) / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return parts(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return parts(ms, [DAY, 'd'], [HOUR, 'h']);
}

/** As `duration`, but a minute begun counts: elapsed time is never understated. */
export function durationUp(ms: number): string {
  return ms < MINUTE ? duration(Math.ceil(ms / SECOND) * SECOND) : duration(Math.ceil(ms / MINUTE) * MINUTE);
}

/** To the second: `12 min 5 s`, `1 h 12 min 5 s`. */
export function exactDuration(ms: number): string {
  const whole = Math.floor(Math.max(0, ms) / SECOND) * SECOND;
  const seconds = whole % MINUTE;
  if (whole < MINUTE) return `${seconds / SECOND} s`;
  const rest = whole < DAY ? duration(whole) : parts(whole, [DAY, 'd'], [HOUR, 'h'], [MINUTE, 'min']);
  return seconds === 0 ? rest : `${rest} ${seconds / SECOND} s`;
}

export function ago(instant: string, asOf: string): string {
  const ms = Date.parse(asOf) - Date.parse(instant);
  return ms < SECOND ? 'just now' : `${duration(ms)} ago`;
}

/** `14:05 UTC`. */
export function utcClock(instant: string): string {
  return `${iso(instant).slice(11, 16)} UTC`;
}

/** `2026-01-15 14:05 UTC`. */
export function utcMoment(instant: string): string {
  return `${iso(instant).slice(0, 16).replace('T', ' ')} UTC`;
}

/** A date token: the chat fills `{…}` in the reader's own zone, and shows `fallback` where it cannot. */
export function dateToken(instant: string, format: string, fallback: string): string {
  return `<!date^${Math.floor(Date.parse(iso(instant)) / SECOND)}^${format}|${fallback}>`;
}

function iso(instant: string): string {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new Error('expected an instant such as 2026-01-15T14:05:00.000Z');
  return new Date(ms).toISOString();
}

function parts(ms: number, ...units: [number, string][]): string {
  const words: string[] = [];
  let rest = ms;
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  return words.join(' ');
}
