import type { PersonView } from '../shared/actor.ts';
import { assertNever } from '../shared/assert-never.ts';
import { type Refusal, refuse } from '../shared/refusal.ts';
import { type Instant, msBetween, plus } from '../shared/time.ts';
import { nextSlot } from '../status/grid.ts';
import type { Asking } from './asking.ts';
import type { IncidentCommand } from './commands.ts';
import { acknowledgeRung, escalate, ladderAt, pagerChange } from './decide-ladder.ts';
import { confirmProposal, declare, propose } from './decide-opening.ts';
import { pauseStatus, publishStatus, resumeStatus } from './decide-status.ts';
import type { IncidentEventBody } from './events.ts';
import { DUTIES, type Duty, type Incident, MARKS } from './incident.ts';
import { compareSeverity, type SeverityPolicy, severityOf } from './policy.ts';
import { commanderOnly, commands, notClosed, notOpen, withReason } from './rights.ts';
import { gridAnchor, owed, tick } from './timers.ts';

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
  if (command.type !== 'propose' && command.type !== 'declare') {
    return state ? decideOn(state, command, asking) : refuse('incident.not_found');
  }
  if (state) return refuse('incident.already_declared', { incident: state.id });
  const { input, alert } = command;
  return command.type === 'propose'
    ? propose(input, command.alert, policy)
    : declare(input, alert, policy, now);
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
      return takeDuty(state, command, asking);
    case 'drop_duty':
      return dropDuty(state, command.duty, asking);
    case 'add_note':
      return (
        notClosed(state) ??
        withReason(command.text, () => [{ type: 'note_added', data: { text: command.text } }])
      );
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
      return escalate(state, policy);
    case 'record_reached':
      // The end of the incident overtook the call: nobody is woken for what is over.
      return state.phase === 'open' ? [{ type: 'rung_reached', data: rest(command) }] : [];
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
      return undeliverable(state, rest(command));
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
  const { resumed, missed } = owed(state, now);
  const isPaused = state.status.paused !== undefined && resumed.length === 0;
  const nextDueAt = nextSlot(gridAnchor(state), severity.everyMs, now);
  return [
    ...resumed,
    { type: 'severity_changed', data: severityChange(state, severity, reason, asking) },
    {
      type: 'status_published',
      data: {
        trigger: 'change',
        missed,
        ...(isPaused ? {} : { nextDueAt }),
        change: { severity: { from: state.severity, to, reason } },
      },
    },
  ];
}

/** Everything that depends on the severity is fixed anew; who was not woken yet is woken when it demands so. */
function severityChange(state: Incident, severity: SeverityPolicy, reason: string, { policy, now }: Asking) {
  const situation = { ...state, severity: severity.id };
  const page = severity.pages && policy.pager.page && state.kind === 'real' && !state.pager.paged;
  return {
    from: state.severity,
    to: severity.id,
    reason,
    everyMs: severity.everyMs,
    ladder: ladderAt(state, policy, severity, now),
    objectives: policy.objectivesFor(situation),
    page,
  };
}

function takeDuty(
  state: Incident,
  { duty, holder, ifVacant }: Extract<IncidentCommand, { type: 'take_duty' }>,
  asking: Asking,
): IncidentEventBody[] | Refusal {
  if (!DUTIES.includes(duty)) return refuse('role.unknown', { word: duty, known: DUTIES.join(', ') });
  const closed = notClosed(state);
  if (closed) return closed;
  const before = state.duties[duty];
  if (before && (ifVacant || before.id === holder.id)) {
    return refuse('role.already_held', { role: duty, holder: before.name });
  }
  if (before && !handsOver(before, state, asking)) {
    return refuse('permission.commander_only', {
      what: `take the role of ${duty} from ${before.name}`,
      who: before.name,
    });
  }
  const taken: IncidentEventBody = {
    type: 'duty_taken',
    data: { duty, holder, ...(before ? { before } : {}) },
  };
  // Somebody who takes command has answered the call: nobody else need be woken. Whoever is named by another
  // may be asleep.
  const isSelf = asking.actor.kind === 'person' && asking.actor.id === holder.id;
  const answers = duty === 'commander' && isSelf && awaitsAnswer(state);
  return answers ? [taken, ...(acknowledgeRung(state) as IncidentEventBody[])] : [taken];
}

function awaitsAnswer(state: Incident): boolean {
  const called = state.ladder.rungs.some((rung) => rung.calledAt !== undefined);
  return state.phase === 'open' && called && !state.ladder.acknowledged;
}

function dropDuty(state: Incident, duty: Duty, asking: Asking): IncidentEventBody[] | Refusal {
  const closed = notClosed(state);
  if (closed) return closed;
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
  // What Lifeboat saw itself can be corrected, not made up: a clock must not stop on an open incident.
  if (name === 'declared' && !state.marks.declared) return notOpen(state);
  if (name === 'resolved' && !state.marks.resolved) {
    return refuse('incident.not_resolved', { incident: state.id });
  }
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

/** The first time at a place is told to people, the others are for the record. */
function undeliverable(
  state: Incident,
  data: { message: string; where: string; problem: string },
): IncidentEventBody[] {
  const first = state.undeliverable?.includes(data.where) ? {} : { first: true as const };
  return [{ type: 'message_undeliverable', data: { ...data, ...first } }];
}

function addLink(title: string, url: string): IncidentEventBody[] | Refusal {
  if (!/^https?:\/\/\S+$/.test(url)) return refuse('link.bad_url', { url });
  return [{ type: 'link_added', data: { title, url } }];
}

function resolve(state: Incident, summary: string, asking: Asking): IncidentEventBody[] | Refusal {
  if (state.phase === 'resolved') return refuse('incident.already_resolved', { incident: state.id });
  if (state.phase !== 'open') return notOpen(state);
  if (!commands(state, asking)) return commanderOnly(state, 'resolve the incident');
  return withReason(summary, () => [
    { type: 'incident_resolved', data: { summary } },
    { type: 'status_published', data: { trigger: 'resolved', missed: owed(state, asking.now).missed } },
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

function rest<C extends { type: string }>({ type: _type, ...data }: C): Omit<C, 'type'> {
  return data;
}
