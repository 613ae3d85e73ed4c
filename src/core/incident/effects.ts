import type { MessageId, MessageVariables } from '../message/messages.ts';
import type { Entry, IncidentView } from '../message/variables.ts';
import type { PersonView } from '../shared/actor.ts';
import type { Instant } from '../shared/time.ts';
import type { RecordedEvent, StatusTrigger } from './events.ts';
import { type Incident, isLive } from './incident.ts';
import type { Policy } from './policy.ts';
import { viewIncident } from './view.ts';

/** Who a message is for. `channel` is the incident's own; it may not exist yet, then the message waits. */
export type Audience =
  | { to: 'channel' }
  | { to: 'broadcast'; channel: string }
  | { to: 'person'; person: PersonView };

/** Something to do outside the database that follows from an event. */
export type Effect =
  | { kind: 'post'; audience: Audience; message: Post; join?: string }
  | { kind: 'archive_channel' }
  | { kind: 'sync_channel' }
  | { kind: 'invite'; roles: string[]; people: PersonView[] }
  | { kind: 'call_rung'; index: number; roles: string[] }
  | { kind: 'page'; summary: string; details: Record<string, string> }
  | { kind: 'pager_note'; text: string }
  | { kind: 'pager_acknowledge' }
  | { kind: 'pager_resolve' };

/** A message and exactly the variables that it declares. */
export type Post = { [Id in MessageId]: { id: Id; vars: MessageVariables<Id> } }[MessageId];

/** What must happen outside because `event` happened and led to `state`. */
export function effects(event: RecordedEvent, state: Incident, policy: Policy, now: Instant): Effect[] {
  const incident = viewIncident(state, policy, now);
  return [...posts(event, state, incident, policy), ...deeds(event, state, incident, policy)];
}

function deeds(event: RecordedEvent, state: Incident, incident: IncidentView, policy: Policy): Effect[] {
  switch (event.type) {
    case 'incident_proposed':
      return [{ kind: 'sync_channel' }];
    case 'incident_declared':
      return [
        { kind: 'sync_channel' },
        ...into(state, invite(policy.inviteRoles, state.people)),
        ...(event.data.page ? [page(incident)] : []),
      ];
    case 'channel_opened':
      return [{ kind: 'sync_channel' }, invite(policy.inviteRoles, state.people)];
    case 'duty_taken':
      return [{ kind: 'sync_channel' }, ...into(state, invite([], [event.data.holder]))];
    case 'rung_reached':
      return [{ kind: 'sync_channel' }, ...into(state, invite([], event.data.people))];
    case 'severity_changed':
      return [{ kind: 'sync_channel' }, ...(event.data.page ? [page(incident)] : [])];
    case 'duty_dropped':
    case 'mark_set':
    case 'link_added':
    case 'status_published':
    case 'status_paused':
    case 'status_resumed':
    case 'channel_archived':
    case 'pager_alerted':
    case 'pager_changed':
    case 'pager_unreachable':
    case 'pager_reachable':
    case 'incident_dismissed':
      return [{ kind: 'sync_channel' }];
    case 'ladder_acknowledged':
      // An answer given here must not leave the pager calling the next in line.
      return [
        { kind: 'sync_channel' },
        ...(event.actor.kind === 'person' && hasPager(state) ? [{ kind: 'pager_acknowledge' as const }] : []),
      ];
    case 'rung_called':
      return [
        { kind: 'call_rung', index: event.data.index, roles: event.data.roles },
        { kind: 'sync_channel' },
      ];
    case 'note_added':
      return fromPager(event) || !policy.pager.notes || !hasPager(state)
        ? []
        : [{ kind: 'pager_note', text: event.data.text }];
    case 'incident_resolved':
      return [{ kind: 'sync_channel' }, ...(hasPager(state) ? [{ kind: 'pager_resolve' as const }] : [])];
    case 'incident_reopened':
      return [{ kind: 'sync_channel' }];
    case 'incident_closed':
      return [{ kind: 'sync_channel' }, { kind: 'archive_channel' }];
    default:
      return [];
  }
}

function posts(event: RecordedEvent, state: Incident, incident: IncidentView, policy: Policy): Effect[] {
  // The channel of a closed incident is archived: what comes later stands in the record alone.
  if (incident.phase === 'closed' && event.type !== 'incident_closed') return [];
  switch (event.type) {
    case 'incident_proposed':
      return [post({ to: 'channel' }, { id: 'proposal', vars: { incident, alert: event.data.alert } })];
    case 'incident_declared':
      return broadcast(policy, incident, { id: 'broadcast-declared', vars: { incident } });
    case 'status_published':
      return statusPosts(event, incident, policy);
    case 'people_invited':
      return event.data.failed.length === 0
        ? []
        : [post({ to: 'channel' }, { id: 'invite-problems', vars: { incident, failed: event.data.failed } })];
    case 'rung_reached': {
      const { people, unreachable, index } = event.data;
      const rung = state.ladder.rungs[index]?.title ?? String(index + 1);
      const call = { incident, rung, people, unreachable };
      return [
        post({ to: 'channel' }, { id: 'rung-called', vars: call }),
        ...people.map((person) =>
          post({ to: 'person', person }, { id: 'rung-call', vars: { incident, person } }),
        ),
      ];
    }
    case 'nudge_sent': {
      const { nudge, count, to } = event.data;
      return to
        ? [
            post(
              { to: 'person', person: to },
              { id: 'nudge', vars: { incident, nudge, count } },
              `nudge:${incident.id}:${nudge}`,
            ),
          ]
        : [];
    }
    case 'pager_unreachable':
      return [
        post({ to: 'channel' }, { id: 'pager-unreachable', vars: { incident, problem: event.data.problem } }),
      ];
    case 'incident_closed':
      return [
        post(
          { to: 'channel' },
          { id: 'closed', vars: { incident, by: event.actor, records: event.seq, head: event.hash } },
        ),
      ];
    case 'message_undeliverable':
      // A message that the channel itself refuses cannot be announced there.
      return event.data.first && event.data.where !== 'channel' ? [recordLine(event, incident)] : [];
    case 'channel_archived':
      return isLive(state) ? [recordLine(event, incident)] : [];
    case 'pager_alerted':
      // Our own page is no news to those who are here because of it.
      return event.data.alert.own ? [] : [recordLine(event, incident)];
    case 'pager_changed':
      // What the pager does once the incident is over, mostly at our own word, is for the record alone.
      return isLive(state) && !event.data.known ? [recordLine(event, incident)] : [];
    case 'incident_dismissed':
    case 'duty_taken':
    case 'duty_dropped':
    case 'note_added':
    case 'mark_set':
    case 'link_added':
    case 'status_paused':
    case 'status_resumed':
    case 'ladder_acknowledged':
    case 'pager_reachable':
      return [recordLine(event, incident)];
    default:
      return [];
  }
}

function recordLine(event: RecordedEvent, incident: IncidentView): Effect {
  return post({ to: 'channel' }, { id: 'record-line', vars: { incident, entry: entryOf(event) } });
}

function statusPosts(
  event: Extract<RecordedEvent, { type: 'status_published' }>,
  incident: IncidentView,
  policy: Policy,
): Effect[] {
  const update = { ...event.data, by: event.actor };
  const vars = { incident, update };
  // Of updates only plain slots may be joined when they are late: what a person wrote is never swallowed.
  const join = event.data.trigger === 'slot' ? `status:${incident.id}` : undefined;
  const own = post({ to: 'channel' }, { id: 'status-update', vars }, join);
  if (!hearsOf(event.data.trigger, policy)) return [own];
  return [own, ...broadcast(policy, incident, { id: 'broadcast-status', vars }, join)];
}

/** Whether the channels outside hear of an update. The declaration has its own words there. */
function hearsOf(trigger: StatusTrigger, { broadcastUpdates }: Policy): boolean {
  switch (trigger) {
    case 'declared':
      return false;
    case 'slot':
    case 'person':
      return broadcastUpdates.regular;
    case 'change':
      return broadcastUpdates.changes;
    case 'resolved':
    case 'reopened':
      return true;
  }
}

function broadcast(policy: Policy, incident: IncidentView, message: Post, join?: string): Effect[] {
  if (incident.private) return [];
  return policy.broadcast.map((channel) => post({ to: 'broadcast', channel }, message, join));
}

function post(audience: Audience, message: Post, join?: string): Effect {
  return { kind: 'post', audience, message, ...(join ? { join } : {}) };
}

function invite(roles: string[], people: PersonView[]): Effect {
  return { kind: 'invite', roles, people };
}

/** Before there is a channel to invite to, nothing: `channel_opened` invites all who belong to it by then. */
function into(state: Incident, invitation: Effect): Effect[] {
  return state.channel ? [invitation] : [];
}

function page(incident: IncidentView): Effect {
  return {
    kind: 'page',
    summary: `${incident.severity} ${incident.title} (${incident.id})`,
    details: { incident: incident.id, description: incident.description, level: incident.level },
  };
}

function fromPager(event: RecordedEvent): boolean {
  return event.actor.kind === 'pagerduty';
}

function hasPager(state: Incident): boolean {
  return state.pager.paged || state.pager.links.length > 0;
}

/** One entry of the record as the line templates read it. */
export function entryOf(event: RecordedEvent): Entry {
  return { seq: event.seq, type: event.type, at: event.at, by: event.actor, data: { ...event.data } };
}
