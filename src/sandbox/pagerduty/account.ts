import { randomInt } from 'node:crypto';
import { refuse } from './refusal.ts';
import type { Actor, Client, Happening, Incident, Note, StandInSettings, Status, User } from './types.ts';

export interface Opening {
  serviceId: string;
  title: string;
  key: string;
  keyed: boolean;
  urgency?: 'high' | 'low';
  priority?: string;
  actor: Actor | undefined;
  client?: Client;
}

export type Account = ReturnType<typeof createAccount>;

const DEFAULT_PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5'];
const MAX_NOTES = 2000;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** An id in PagerDuty's style: a letter and random characters. */
export function randomId(prefix: string, length: number): string {
  return prefix + Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/**
 * The state of a PagerDuty account and the rules of its incidents. Every change is told to `publish`,
 * whoever made it: a person, a monitoring tool, or the program under test.
 */
export function createAccount(settings: StandInSettings, publish: (happening: Happening) => void) {
  const incidents = new Map<string, Incident>();
  const notes = new Map<string, Note[]>();
  const priorities = settings.priorities ?? DEFAULT_PRIORITIES;
  let lastNumber = 0;

  const service = (id: string) => settings.services.find((one) => one.id === id);

  function incident(id: string): Incident {
    return incidents.get(id) ?? refuse(404, 2100, 'Not Found');
  }

  function openIncident(serviceId: string, key: string): Incident | undefined {
    return [...incidents.values()].find(
      (one) => one.serviceId === serviceId && one.key === key && one.status !== 'resolved',
    );
  }

  function onCallUserIds(policyId: string, level: number): string[] {
    const targets = settings.escalationPolicies.find(({ id }) => id === policyId)?.levels[level - 1] ?? [];
    return targets.map((id) => settings.schedules?.find((one) => one.id === id)?.userId ?? id);
  }

  function open(opening: Opening): Incident {
    const { serviceId, title, key, keyed, urgency = 'high', priority, actor, client } = opening;
    const owner = service(serviceId) ?? refuse(400, 2001, 'Invalid Input Provided', ['Service not found']);
    const createdAt = new Date().toISOString();
    lastNumber += 1;
    const opened: Incident = {
      id: randomId('Q', 13),
      number: lastNumber,
      title,
      status: 'triggered',
      serviceId,
      key,
      keyed,
      urgency,
      priority,
      assigneeIds: onCallUserIds(owner.escalationPolicyId, 1),
      createdAt,
      changedAt: createdAt,
    };
    incidents.set(opened.id, opened);
    notes.set(opened.id, []);
    publish({ type: 'incident.triggered', incident: opened, actor, client });
    return opened;
  }

  function change(id: string, fields: Partial<Incident>): Incident {
    const changed = { ...incident(id), ...fields, changedAt: new Date().toISOString() };
    incidents.set(id, changed);
    return changed;
  }

  function acknowledge(id: string, actor: Actor, client?: Client): void {
    const { status } = incident(id);
    if (status === 'resolved') refuse(400, 1001, 'Incident Already Resolved');
    if (status === 'acknowledged') refuse(400, 1002, 'Incident Already Acknowledged');
    // Whoever acknowledges has it from then on.
    const taken = actor.kind === 'user' ? { assigneeIds: [actor.user.id] } : {};
    const changed = change(id, { status: 'acknowledged', ...taken });
    publish({ type: 'incident.acknowledged', incident: changed, actor, client });
  }

  function resolve(id: string, actor: Actor, client?: Client): void {
    if (incident(id).status === 'resolved') refuse(400, 1001, 'Incident Already Resolved');
    const changed = change(id, { status: 'resolved', assigneeIds: [] });
    publish({ type: 'incident.resolved', incident: changed, actor, client });
  }

  function trigger(id: string, actor: Actor, client?: Client): void {
    const { status, serviceId } = incident(id);
    if (status === 'triggered') return;
    const assigneeIds = onCallUserIds(service(serviceId)?.escalationPolicyId ?? '', 1);
    const changed = change(id, { status: 'triggered', assigneeIds });
    const type = status === 'resolved' ? 'incident.reopened' : 'incident.unacknowledged';
    publish({ type, incident: changed, actor, client });
  }

  return {
    settings,
    priorities,
    service,
    incident,
    openIncident,
    onCallUserIds,
    open,
    incidents: () => [...incidents.values()],
    notes: (id: string) => notes.get(incident(id).id) ?? [],
    user: (id: string) => settings.users.find((one) => one.id === id),

    setStatus(id: string, status: Status, actor: Actor, client?: Client): void {
      const moves = { acknowledged: acknowledge, resolved: resolve, triggered: trigger };
      moves[status](id, actor, client);
    },

    addNote(id: string, content: string, user: User): Note {
      const list = notes.get(incident(id).id) ?? [];
      if (list.length >= MAX_NOTES) refuse(400, 2001, 'Invalid Input Provided', ['Too many notes']);
      const note = { id: randomId('P', 13), content, userId: user.id, createdAt: new Date().toISOString() };
      notes.set(id, [...list, note]);
      publish({ type: 'incident.annotated', incident: incident(id), note, actor: { kind: 'user', user } });
      return note;
    },

    setPriority(id: string, priority: string | undefined, actor: Actor, client?: Client): void {
      if (priority !== undefined && !priorities.includes(priority)) refuse(400, 1020, 'Invalid Priority');
      if (incident(id).priority === priority) return;
      const changed = change(id, { priority });
      publish({ type: 'incident.priority_updated', incident: changed, actor, client });
    },

    reassign(id: string, assignee: User, actor: Actor, client?: Client): void {
      if (incident(id).status === 'resolved') refuse(400, 1001, 'Incident Already Resolved');
      const changed = change(id, { assigneeIds: [assignee.id] });
      publish({ type: 'incident.reassigned', incident: changed, actor, client });
    },
  };
}
