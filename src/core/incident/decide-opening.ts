import { type Refusal, refuse } from '../shared/refusal.ts';
import { type Instant, plus } from '../shared/time.ts';
import { nextSlot } from '../status/grid.ts';
import type { DeclareInput } from './commands.ts';
import type { IncidentEventBody, Opening, PagerAlert } from './events.ts';
import type { Incident, Rung } from './incident.ts';
import { type Policy, type SeverityPolicy, severityOf } from './policy.ts';

/** The events that open an incident: the declaration, and the first update that follows it at once. */
export function declare(
  input: DeclareInput,
  alert: PagerAlert | undefined,
  policy: Policy,
  now: Instant,
): IncidentEventBody[] | Refusal {
  const opening = openingOf(input, policy);
  if ('refused' in opening) return opening;
  const severity = severityOf(policy, input.severity) as SeverityPolicy;
  const page = severity.pages && policy.pager.page && input.kind === 'real';
  return [
    {
      type: 'incident_declared',
      data: {
        ...opening,
        everyMs: severity.everyMs,
        ladder: ladderFrom(policy, severity, now),
        page,
        ...(alert ? { alert } : {}),
      },
    },
    firstStatus(severity, now),
  ];
}

export function propose(
  input: DeclareInput,
  alert: PagerAlert,
  policy: Policy,
): IncidentEventBody[] | Refusal {
  const opening = openingOf(input, policy);
  if ('refused' in opening) return opening;
  return [{ type: 'incident_proposed', data: { ...opening, alert } }];
}

/** Declares what an alert proposed; what the person changed on the way wins over the alert. */
export function confirmProposal(
  state: Incident,
  changes: Partial<DeclareInput>,
  policy: Policy,
  now: Instant,
): IncidentEventBody[] | Refusal {
  if (state.phase === 'open') return refuse('incident.already_declared', { incident: state.id });
  if (state.phase !== 'proposed') return refuse('incident.not_proposed', { incident: state.id });
  const { title, description, severity, level, kind, tiers, regions, runbook } = state;
  return declare(
    {
      title,
      description,
      severity,
      level,
      kind,
      tiers,
      regions,
      runbook,
      ...changes,
      // The channel exists: it does not become public by a choice in a form.
      private: state.private || changes.private === true,
    },
    undefined,
    policy,
    now,
  );
}

export function ladderFrom(policy: Policy, severity: SeverityPolicy, start: Instant): Rung[] {
  if (!severity.ladder) return [];
  return policy.ladder.map(({ title, roles, afterMs }) => ({ title, roles, dueAt: plus(start, afterMs) }));
}

function openingOf(input: DeclareInput, policy: Policy): Opening | Refusal {
  if (!severityOf(policy, input.severity)) {
    return refuse('severity.unknown', {
      word: input.severity,
      known: policy.severities.map((severity) => severity.label).join(', '),
    });
  }
  if (!policy.levels.includes(input.level)) {
    return refuse('level.unknown', { word: input.level, known: policy.levels.join(', ') });
  }
  const { from, to } = input.regions;
  for (const region of [from, to]) {
    if (region !== undefined && !policy.regions.includes(region)) {
      return refuse('region.unknown', { word: region, known: policy.regions.join(', ') });
    }
  }
  if (from !== undefined && from === to) return refuse('region.same', { region: from });
  return {
    ...input,
    private: input.private || policy.needsPrivate(input),
    objectives: policy.objectivesFor(input),
    nudgeRules: policy.nudges,
  };
}

function firstStatus(severity: SeverityPolicy, now: Instant): IncidentEventBody {
  return {
    type: 'status_published',
    data: { trigger: 'declared', missed: 0, nextDueAt: nextSlot(now, severity.everyMs, now) },
  };
}
