import { type Instant, msBetween, plus } from './time.ts';

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };
const DAY_MS = 86_400_000;
/** A time of day further back than this was more likely meant in another zone, or mistyped. */
const FURTHEST_BACK_MS = DAY_MS / 2;

const AGO = /^(\d{1,4})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\s+ago(?=\s|$)/i;
const CLOCK = /^(\d{1,2}):(\d{2})(?:\s*(?:utc|gmt|z))?(?=\s|$)/i;
/** `2:05 pm`, `14:05 +02:00`: another time than it seems. */
const OTHER_CLOCK = /^(?:[ap]\.?m\b|(?:utc|gmt)?[+-]\d)/i;
const OTHER_ZONES = new Set(
  (
    'EST EDT CST CDT MST MDT PST PDT AKST AKDT HST BRT WET WEST CET CEST EET EEST BST MSK ' +
    'IST SGT HKT JST KST AWST ACST ACDT AEST AEDT NZST NZDT'
  ).split(' '),
);
const ISO = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?(?=\s|$)/i;

/**
 * Reads a time at the start of what a person typed: nothing or `now`, `14:05` (UTC; the last one that
 * has passed, if within half a day), `10m ago`, or ISO 8601 (UTC where no zone is given). What follows is
 * returned as `rest`. Words that look like a time but are none are `unclear`: a wrong mark is worse than a
 * question.
 */
export function parseTime(text: string, now: Instant): { at: Instant; rest: string } | 'unclear' {
  const said = text.trim();
  const after = (match: RegExpExecArray) => said.slice(match[0].length).trim();
  const word = /^now(?=\s|$)/i.exec(said);
  if (word) return { at: now, rest: after(word) };
  const ago = AGO.exec(said);
  if (ago) {
    const ms = Number(ago[1]) * (UNIT_MS[(ago[2] as string).charAt(0).toLowerCase()] as number);
    return { at: plus(now, -ms), rest: after(ago) };
  }
  const clock = CLOCK.exec(said);
  if (clock) {
    const rest = after(clock);
    const isOther = OTHER_CLOCK.test(rest) || OTHER_ZONES.has(rest.split(/\s/)[0] as string);
    const at = isOther ? undefined : timeOfDay(clock, now);
    return at ? { at, rest } : 'unclear';
  }
  const iso = ISO.exec(said);
  if (iso) {
    const at = isoInstant(iso);
    return at ? { at, rest: after(iso) } : 'unclear';
  }
  return /^\d/.test(said) ? 'unclear' : { at: now, rest: said };
}

function timeOfDay(match: RegExpExecArray, now: Instant): Instant | undefined {
  const [hours, minutes] = [Number(match[1]), Number(match[2])];
  if (hours > 23 || minutes > 59) return undefined;
  const today = `${now.slice(0, 10)}T${String(hours).padStart(2, '0')}:${match[2]}:00.000Z`;
  if (today <= now) return today;
  const yesterday = plus(today, -DAY_MS);
  return msBetween(yesterday, now) <= FURTHEST_BACK_MS ? yesterday : undefined;
}

function isoInstant([said, year, month, day, zone]: RegExpExecArray): Instant | undefined {
  // `Date` makes 2 March of 30 February.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCDate() !== Number(day)) return undefined;
  const ms = Date.parse(zone ? said.toUpperCase() : `${said.toUpperCase()}Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
