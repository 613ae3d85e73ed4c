import { type Instant, plus } from './time.ts';

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };
const DAY_MS = 86_400_000;

/**
 * Reads a time at the start of what a person typed: nothing or `now`, `14:05` (UTC; the last one that
 * has passed), `10m ago`, or ISO 8601. What follows is returned as `rest`. Words that look like a time
 * but are none are `unclear`: a wrong mark is worse than a question.
 */
export function parseTime(text: string, now: Instant): { at: Instant; rest: string } | 'unclear' {
  const said = text.trim();
  if (said === '') return { at: now, rest: '' };
  const word = /^now\b/i.exec(said);
  if (word) return { at: now, rest: said.slice(3).trim() };
  const ago = /^(\d{1,4})\s*([smh])[a-z]*\s+ago\b/i.exec(said);
  if (ago) {
    const ms = Number(ago[1]) * (UNIT_MS[(ago[2] as string).toLowerCase()] as number);
    return { at: plus(now, -ms), rest: said.slice(ago[0].length).trim() };
  }
  const clock = /^(\d{1,2}):(\d{2})(?:\s*utc)?(?=\s|$)/i.exec(said);
  if (clock) return clockTime(Number(clock[1]), Number(clock[2]), now, said.slice(clock[0].length).trim());
  const iso = /^\d{4}-\d{2}-\d{2}T\S+/.exec(said);
  if (iso) {
    const ms = Date.parse(iso[0]);
    return Number.isNaN(ms)
      ? 'unclear'
      : { at: new Date(ms).toISOString(), rest: said.slice(iso[0].length).trim() };
  }
  return /^\d/.test(said) ? 'unclear' : { at: now, rest: said };
}

function clockTime(hours: number, minutes: number, now: Instant, rest: string) {
  if (hours > 23 || minutes > 59) return 'unclear' as const;
  const today = `${now.slice(0, 10)}T${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}:00.000Z`;
  return { at: today > now ? plus(today, -DAY_MS) : today, rest };
}
