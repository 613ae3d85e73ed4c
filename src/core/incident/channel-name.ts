import type { Instant } from '../shared/time.ts';

/** Slack allows no longer name. */
const MAX = 80;
/** Room for `-12`, the suffix when the name is taken. */
const SUFFIX_ROOM = 4;

/**
 * A channel name by the profile's pattern: lower-case letters, digits, `-` and `_`, at most 80
 * characters including the suffix that `attempt` 2 and up get because the name was taken.
 */
export function channelName(
  pattern: string,
  incident: { id: string; title: string; severity: string; kind: string; openedAt: Instant },
  attempt: number,
): string {
  const date = incident.openedAt.slice(0, 10).replaceAll('-', '');
  const number = incident.id.split('-').at(-1) as string;
  const values: Record<string, string> = {
    date,
    number,
    severity: clean(incident.severity),
    kind: clean(incident.kind),
  };
  const frame = pattern.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  const room = MAX - SUFFIX_ROOM - (frame.length - '{slug}'.length);
  const slug = clean(incident.title).slice(0, Math.max(0, room)) || number;
  const name = clean(clean(frame.replaceAll('{slug}', slug)).slice(0, MAX - SUFFIX_ROOM));
  return attempt > 1 ? `${name}-${attempt}` : name;
}

function clean(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
