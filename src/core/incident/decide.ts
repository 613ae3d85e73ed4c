import type { Actor, Capability, PersonView } from '../shared/actor.ts';
import { assertNever } from '../shared/assert-never.ts';
import { type Refusal, refuse } from '../shared/refusal.ts';
import { type Instant, msBetween, plus } from '../shared/time.ts';
import { nextSlot } from '../status/grid.ts';
import type { IncidentCommand } from './commands.ts';
import { confirmProposal, declare, ladderFrom, propose } from './decide-opening.ts';
import type { IncidentEventBody } from './events.ts';
import { DUTIES, type Duty, type Incident, isLive, MARKS } from './incident.ts';
import { compareSeverity, type Policy, severityOf } from './policy.ts';
import { callRung, gridAnchor, nextRung, tick } from './timers.ts';

/** Who asks, and what the profile lets them do. Timers and webhooks hold every capability. */
export interface Asking {
  actor: Actor;
  capabilities: Capability[];
  policy: Policy;
  now: Instant;
}

/**
 * What follows from a command: the events, or the reason why not. Pure: the clock, the policy and
 * the asker's capabilities come in. An empty list means: nothing to do, and that is fine (a repeat).
 */
export function decide(
  state: Incident | undefined,
  command: IncidentCommand,
  asking: Asking,
): IncidentEventBody[] | Refusal {
  const { policy, now } = asking;
  if (command.type === 'propose') return propose(command.input, command.alert, policy);
  if (command.type === 'declare') return declare(command.input, command.alert, policy, now);
  if (!state) return refuse('incident.not_found');
  return decideOn(state, command, asking);
}

function decideOn(
  state: Incident,
  command: Exclude<IncidentCommand, { type: 'propose' | 'declare' }>,
  asking: Asking,
): IncidentEventBody[] | Refusal {
  const { policy, now } = asking;
  switch (command.type) {
    case 'confirm_proposal':
      return confirmProposal(state, command.input ?? {}, policy, now);
    case 'dismiss':
      return state.phase === 'proposed'
        ? withReason(command.reason, () => [{ type: 'incident_dismissed', data: { reason: command.reason } }])
        : refuse('incident.not_proposed', { incident: state.id });
    case 'record_channel':
      return state.channel ? [] : [{ type: 'channel_opened', data: rest(command) }];
    case 'record_archived':
      return state.channel && !state.channel.archived ? [{ type: 'channel_archived', data: {} }] : [];
    case 'record_invited':
      return [{ type: 'people_invited', data: rest(command) }];
    case 'change_severity':
      return changeSeverity(state, command, asking);
    case 'take_duty':
      return takeDuty(state, command.duty, command.holder, asking);
    case 'drop_duty':
      return dropDuty(state, command.duty, asking);
    case 'add_note':
      return notClosed(state) ?? [{ type: 'note_added', data: { text: command.text } }];
    case 'set_mark':
      return setMark(state, command, now);
    case 'add_link':
      return notClosed(state) ?? addLink(command.title, command.url);
    case 'publish_status':
      return publishStatus(state, command);
    case 'pause_status':
      return pauseStatus(state, command, asking);
    case 'resume_status':
      return resumeStatus(state, asking);
    case 'escalate':
      return escalate(state);
    case 'record_reached':
      return [{ type: 'rung_reached', data: rest(command) }];
    case 'acknowledge_rung':
      return acknowledgeRung(state);
    case 'snooze_nudge':
      return state.phase === 'open'
        ? [{ type: 'nudge_snoozed', data: { nudge: command.nudge, until: plus(now, command.forMs) } }]
        : refuse('nudge.nothing_to_snooze', { incident: state.id });
    case 'pager_alert':
      return state.pager.links.some((link) => link.id === command.alert.id)
        ? []
        : [{ type: 'pager_alerted', data: { alert: command.alert } }];
    case 'pager_change':
      return pagerChange(state, command);
    case 'pager_unreachable':
      return state.pager.unreachableSince
        ? []
        : [{ type: 'pager_unreachable', data: { problem: command.problem } }];
    case 'pager_reachable':
      return state.pager.unreachableSince
        ? [{ type: 'pager_reachable', data: { afterMs: msBetween(state.pager.unreachableSince, now) } }]
        : [];
    case 'record_undeliverable':
      return [{ type: 'message_undeliverable', data: rest(command) }];
    case 'record_refused':
      return [{ type: 'refused', data: rest(command) }];
    case 'resolve':
      return resolve(state, command.summary, asking);
    case 'reopen':
      return reopen(state, command.reason, asking);
    case 'close':
      return close(state, asking);
    case 'tick':
      return tick(state, now);
    default:
      return assertNever(command);
  }
}

function changeSeverity(
  state: Incident,
  { to, reason }: { to: string; reason: string },
  asking: Asking,
): IncidentEventBody[] | Refusal {
  const { policy, now } = asking;
  const severity = severityOf(policy, to);
  if (!severity) {
    return refuse('severity.unknown', { word: to, known: policy.severities.map((s) => s.label).join(', ') });
  }
  if (state.phase !== 'open') return notOpen(state);
  if (to === state.severity) return refuse('severity.same', { severity: severity.label });
  const lower = compareSeverity(policy, to, state.severity) > 0;
  if (lower && !commands(state, asking)) return commanderOnly(state, 'lower the severity');
  if (reason === '') return refuse('command.needs_reason', { command: 'severity' });
  const ladder = state.ladder.rungs.length > 0 ? state.ladder.rungs : ladderFrom(policy, severity, now);
  const nextDueAt = nextSlot(gridAnchor(state), severity.everyMs, now);
  return [
    {
      type: 'severity_changed',
      data: { from: state.severity, to, reason, everyMs: severity.everyMs, ladder },
    },
    {
      type: 'status_published',
      data: {
        trigger: 'change',
        missed: 0,
        ...(state.status.paused ? {} : { nextDueAt }),
        change: { severity: { from: state.severity, to, reason } },
      },
    },
  ];
}

function takeDuty(
  state: Incident,
  duty: Duty,
  holder: PersonView,
  asking: Asking,
): IncidentEventBody[] | Refusal {
  if (!DUTIES.includes(duty)) return refuse('role.unknown', { word: duty, known: DUTIES.join(', ') });
  const closed = notClosed(state);
  if (closed) return closed;
  const before = state.duties[duty];
  if (before?.id === holder.id) return refuse('role.already_held', { role: duty, holder: holder.name });
  if (before && !handsOver(before, state, asking)) {
    return refuse('permission.commander_only', {
      what: `take the role of ${duty} from ${before.name}`,
      who: before.name,
    });
  }
  return [{ type: 'duty_taken', data: { duty, holder, ...(before ? { before } : {}) } }];
}

function dropDuty(state: Incident, duty: Duty, asking: Asking): IncidentEventBody[] | Refusal {
  const before = state.duties[duty];
  if (!before) return refuse('role.not_held', { role: duty });
  if (!handsOver(before, state, asking)) return commanderOnly(state, `take the role of ${duty} away`);
  return [{ type: 'duty_dropped', data: { duty, before } }];
}

/** A duty is given away by whoever holds it, or by the commander. */
function handsOver(holder: PersonView, state: Incident, asking: Asking): boolean {
  return (asking.actor.kind === 'person' && asking.actor.id === holder.id) || commands(state, asking);
}

function setMark(
  state: Incident,
  { name, at, evidence }: Extract<IncidentCommand, { type: 'set_mark' }>,
  now: Instant,
): IncidentEventBody[] | Refusal {
  if (!MARKS.includes(name)) return refuse('mark.unknown', { word: name, known: MARKS.join(', ') });
  const closed = notClosed(state);
  if (closed) return closed;
  if (at > now) return refuse('mark.future', { mark: name, at });
  const before = state.marks[name];
  return [
    {
      type: 'mark_set',
      data: {
        name,
        mark: { at, source: 'person', ...(evidence ? { evidence } : {}) },
        ...(before ? { before } : {}),
      },
    },
  ];
}

function addLink(title: string, url: string): IncidentEventBody[] | Refusal {
  if (!/^https?:\/\/\S+$/.test(url)) return refuse('link.bad_url', { url });
  return [{ type: 'link_added', data: { title, url } }];
}

function publishStatus(
  state: Incident,
  { human }: Extract<IncidentCommand, { type: 'publish_status' }>,
): IncidentEventBody[] | Refusal {
  if (state.phase !== 'open') return notOpen(state);
  if (human.situation === '') return refuse('status.empty');
  const { nextDueAt } = state.status;
  return [
    {
      type: 'status_published',
      data: { trigger: 'person', missed: 0, ...(nextDueAt ? { nextDueAt } : {}), human },
    },
  ];
}

function pauseStatus(
  state: Incident,
  { reason, forMs }: { reason: string; forMs: number },
  asking: Asking,
): IncidentEventBody[] | Refusal {
  if (state.phase !== 'open') return notOpen(state);
  if (!commands(state, asking)) return commanderOnly(state, 'pause the updates');
  if (state.status.paused) return refuse('status.already_paused', { until: state.status.paused.until });
  if (forMs > asking.policy.maxPauseMs) {
    return refuse('status.pause_too_long', { minutes: String(asking.policy.maxPauseMs / 60_000) });
  }
  return withReason(reason, () => [
    { type: 'status_paused', data: { reason, until: plus(asking.now, forMs) } },
  ]);
}

function resumeStatus(state: Incident, { now }: Asking): IncidentEventBody[] | Refusal {
  if (!state.status.paused) return refuse('status.not_paused', { incident: state.id });
  return [
    { type: 'status_resumed', data: { nextDueAt: nextSlot(gridAnchor(state), state.status.everyMs, now) } },
  ];
}

function escalate(state: Incident): IncidentEventBody[] | Refusal {
  if (state.phase !== 'open') return notOpen(state);
  const index = state.ladder.rungs.findIndex((rung) => rung.calledAt === undefined);
  if (index < 0) return refuse('ladder.at_the_top', { incident: state.id });
  return callRung(state, index, 'person');
}

function acknowledgeRung(state: Incident): IncidentEventBody[] | Refusal {
  const index = state.ladder.rungs.findLastIndex((rung) => rung.calledAt !== undefined);
  if (index < 0) return refuse('rung.nothing_to_acknowledge', { incident: state.id });
  if (state.ladder.acknowledged) return [];
  return [{ type: 'ladder_acknowledged', data: { index } }];
}

function pagerChange(
  state: Incident,
  command: Extract<IncidentCommand, { type: 'pager_change' }>,
): IncidentEventBody[] {
  const events: IncidentEventBody[] = [{ type: 'pager_changed', data: rest(command) }];
  const waiting = state.phase === 'open' && nextRung(state) && !state.ladder.acknowledged;
  if (command.change !== 'acknowledged') return events;
  if (!state.marks.acknowledged) events.push(acknowledgedMark(command));
  return waiting ? [...events, ...(acknowledgeRung(state) as IncidentEventBody[])] : events;
}

function resolve(state: Incident, summary: string, asking: Asking): IncidentEventBody[] | Refusal {
  if (state.phase === 'resolved') return refuse('incident.already_resolved', { incident: state.id });
  if (state.phase !== 'open') return notOpen(state);
  if (!commands(state, asking)) return commanderOnly(state, 'resolve the incident');
  return withReason(summary, () => [
    { type: 'incident_resolved', data: { summary } },
    { type: 'status_published', data: { trigger: 'resolved', missed: 0 } },
  ]);
}

function reopen(state: Incident, reason: string, asking: Asking): IncidentEventBody[] | Refusal {
  if (state.phase === 'closed') return refuse('incident.closed', { incident: state.id });
  if (state.phase !== 'resolved') return refuse('incident.not_resolved', { incident: state.id });
  if (!commands(state, asking)) return commanderOnly(state, 'reopen the incident');
  const nextDueAt = nextSlot(gridAnchor(state), state.status.everyMs, asking.now);
  return withReason(reason, () => [
    { type: 'incident_reopened', data: { reason, nextDueAt } },
    { type: 'status_published', data: { trigger: 'reopened', missed: 0, nextDueAt, reason } },
  ]);
}

function close(state: Incident, asking: Asking): IncidentEventBody[] | Refusal {
  if (state.phase === 'closed') return refuse('incident.closed', { incident: state.id });
  if (state.phase === 'open' || state.phase === 'proposed') {
    return refuse('incident.not_resolved', { incident: state.id });
  }
  if (!commands(state, asking)) return commanderOnly(state, 'close the incident');
  return [{ type: 'incident_closed', data: {} }];
}

/** The commander of this incident commands it, whatever the profile's pools say. */
function commands(state: Incident, { actor, capabilities }: Asking): boolean {
  const isCommander = actor.kind === 'person' && state.duties.commander?.id === actor.id;
  return isCommander || capabilities.includes('command');
}

function commanderOnly(state: Incident, what: string): Refusal {
  const who = state.duties.commander?.name ?? 'nobody yet: take the role with /dr role commander';
  return refuse('permission.commander_only', { what, who });
}

function notOpen(state: Incident): Refusal {
  return refuse('incident.not_open', { incident: state.id, phase: state.phase });
}

function notClosed(state: Incident): Refusal | undefined {
  return isLive(state) || state.phase === 'resolved'
    ? undefined
    : refuse('incident.closed', { incident: state.id });
}

function withReason(reason: string, events: () => IncidentEventBody[]): IncidentEventBody[] | Refusal {
  return reason === '' ? refuse('command.needs_reason') : events();
}

function acknowledgedMark(command: Extract<IncidentCommand, { type: 'pager_change' }>): IncidentEventBody {
  return {
    type: 'mark_set',
    data: {
      name: 'acknowledged',
      mark: { at: command.at, source: 'automatic', evidence: `PagerDuty ${command.pagerId}` },
    },
  };
}

function rest<C extends { type: string }>({ type: _type, ...data }: C): Omit<C, 'type'> {
  return data;
}
