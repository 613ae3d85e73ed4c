import type { IncidentView } from '../message/variables.ts';
import { type Instant, msBetween } from '../shared/time.ts';
import { clockEnd, clockStart, type Incident, MARKS, strictestRtoMs } from './incident.ts';
import { type Policy, severityOf } from './policy.ts';

export function viewIncident(state: Incident, policy: Policy, asOf: Instant): IncidentView {
  const severity = severityOf(policy, state.severity);
  const { channel, duties, marks, status } = state;
  return {
    ...pick(state, [
      'id',
      'title',
      'description',
      'phase',
      'kind',
      'level',
      'private',
      'openedBy',
      'openedAt',
    ]),
    ...pick(state, ['objectives', 'links', 'resolution', 'runbook']),
    ...pick(status, ['everyMs', 'paused', 'lastHuman']),
    nextDueAt: status.paused ? undefined : status.nextDueAt,
    ...clockView(state, asOf),
    real: state.kind === 'real',
    severity: severity?.label ?? state.severity,
    severityMeaning: severity?.meaning ?? '',
    from: state.regions.from,
    to: state.regions.to,
    channelId: channel?.id,
    channelName: channel?.name,
    commander: duties.commander,
    duties: Object.entries(duties).map(([duty, holder]) => ({ duty, holder })),
    people: state.people.length,
    declaredAt: marks.declared?.at,
    rpoTargetMs: least(state.objectives.map((objective) => objective.rpoMs)),
    marks: MARKS.flatMap((name) => {
      const mark = marks[name];
      return mark ? [{ name, ...mark }] : [];
    }),
    alerts: state.pager.links.map(({ title, url, status: now }) => ({ title, url, status: now })),
    pagerUnreachable: state.pager.unreachableSince !== undefined,
    awaiting: awaiting(state),
    asOf,
  };
}

function clockView(state: Incident, asOf: Instant) {
  const start = clockStart(state);
  const end = clockEnd(state);
  const elapsedMs = Math.max(0, msBetween(start, end ?? asOf));
  const rtoMs = strictestRtoMs(state);
  const clock = { clockStart: start, elapsedMs, stopped: end !== undefined, rtoMs };
  // Marks that contradict each other prove nothing.
  if (rtoMs === undefined || (end !== undefined && end < start)) return { ...clock, rto: 'unknown' as const };
  const rtoLeftMs = rtoMs - elapsedMs;
  const within = end === undefined ? ('running' as const) : ('met' as const);
  return { ...clock, rtoLeftMs, rto: rtoLeftMs < 0 ? ('missed' as const) : within };
}

/** What the incident waits for from people. */
function awaiting(state: Incident): IncidentView['awaiting'] {
  if (state.phase === 'proposed') return [{ what: 'decision' }];
  if (state.phase !== 'open') return [];
  const called = state.ladder.rungs.findLast((rung) => rung.calledAt !== undefined);
  return [
    ...(state.duties.commander ? [] : [{ what: 'commander' as const }]),
    ...(called && !state.ladder.acknowledged ? [{ what: 'answer' as const, who: called.title }] : []),
  ];
}

function least(values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function pick<T, K extends keyof T>(from: T, keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
