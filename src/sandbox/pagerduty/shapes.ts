import { type Account, randomId } from './account.ts';
import type { Actor, Happening, Incident, Note, User } from './types.ts';

/** The JSON PagerDuty makes of its things, as far as anybody has been seen to read it. */

const API = 'https://api.pagerduty.com';
const SITE = 'https://example.pagerduty.com';

export interface Reference {
  id: string;
  type: string;
  summary: string;
  self: string;
  html_url: string;
}

export function reference(type: string, path: string, id: string, summary: string): Reference {
  return {
    id,
    type: `${type}_reference`,
    summary,
    self: `${API}/${path}/${id}`,
    html_url: `${SITE}/${path}/${id}`,
  };
}

export const userReference = (user: User) => reference('user', 'users', user.id, user.name);

/** With references to contact methods, not the numbers themselves: so it is at PagerDuty. */
export function userJson(user: User) {
  return {
    ...userReference(user),
    type: 'user',
    name: user.name,
    email: user.email,
    time_zone: 'Etc/UTC',
    role: 'user',
    contact_methods: contactMethodsJson(user).map(({ id, type, summary, self }) => ({
      id,
      type: `${type}_reference`,
      summary,
      self,
    })),
  };
}

export function contactMethodsJson(user: User) {
  const method = (suffix: string, type: string, label: string, address: string) => ({
    id: `${user.id}${suffix}`,
    type,
    summary: label,
    self: `${API}/users/${user.id}/contact_methods/${user.id}${suffix}`,
    html_url: null,
    label,
    address,
  });
  const email = { ...method('E', 'email_contact_method', 'Default', user.email), send_short_email: false };
  if (user.phone === undefined) return [email];
  const { countryCode, number } = user.phone;
  const phone = method('P', 'phone_contact_method', 'Mobile', number);
  return [email, { ...phone, country_code: countryCode, blacklisted: false }];
}

/** In the form of the REST API. */
export function incidentJson(account: Account, incident: Incident) {
  const assignees = assigneesOf(account, incident);
  return {
    ...common(account, incident),
    type: 'incident',
    summary: `[#${incident.number}] ${incident.title}`,
    incident_number: incident.number,
    updated_at: incident.changedAt,
    assignments: assignees.map((assignee) => ({ at: incident.changedAt, assignee })),
    last_status_change_at: incident.changedAt,
  };
}

export function noteJson(account: Account, note: Note) {
  const user = account.user(note.userId);
  return {
    id: note.id,
    user: user === undefined ? null : userReference(user),
    channel: { summary: 'The PagerDuty website or APIs', id: null, type: null, self: null, html_url: null },
    content: note.content,
    created_at: note.createdAt,
  };
}

/** The body of a V3 webhook. */
export function eventJson(account: Account, happening: Happening) {
  const { type, incident, note, actor, client } = happening;
  const event = (data: object) => ({
    event: {
      id: randomId('01', 24),
      event_type: type,
      resource_type: type.split('.')[0],
      occurred_at: new Date().toISOString(),
      agent: actor === undefined ? null : agentJson(actor),
      client: client ?? null,
      data,
    },
  });
  if (incident === undefined) return event({ message: 'Hello from your friend Pagey!', type: 'ping' });
  if (note === undefined) return event(webhookIncident(account, incident));
  return event({
    incident: reference('incident', 'incidents', incident.id, incident.title),
    id: note.id,
    content: note.content,
    trimmed: false,
    type: 'incident_note',
  });
}

function webhookIncident(account: Account, incident: Incident) {
  return {
    ...common(account, incident),
    type: 'incident',
    number: incident.number,
    assignees: assigneesOf(account, incident),
    conference_bridge: null,
    resolve_reason: null,
    incident_type: { name: 'incident_default' },
  };
}

function common(account: Account, incident: Incident) {
  const service = account.service(incident.serviceId);
  const policyId = service?.escalationPolicyId ?? '';
  const policy = account.settings.escalationPolicies.find(({ id }) => id === policyId);
  return {
    id: incident.id,
    self: `${API}/incidents/${incident.id}`,
    html_url: `${SITE}/incidents/${incident.id}`,
    status: incident.status,
    incident_key: incident.keyed ? incident.key : null,
    created_at: incident.createdAt,
    title: incident.title,
    service: reference('service', 'services', incident.serviceId, service?.name ?? ''),
    escalation_policy: reference('escalation_policy', 'escalation_policies', policyId, policy?.name ?? ''),
    teams: [],
    priority: incident.priority === undefined ? null : priorityReference(incident.priority),
    urgency: incident.urgency,
  };
}

export function priorityReference(name: string) {
  return { id: `P${name}`, type: 'priority_reference', summary: name, self: `${API}/priorities/P${name}` };
}

function assigneesOf(account: Account, incident: Incident): Reference[] {
  return incident.assigneeIds
    .map((id) => account.user(id))
    .filter((user) => user !== undefined)
    .map(userReference);
}

function agentJson(actor: Actor): Reference {
  if (actor.kind === 'user') return userReference(actor.user);
  const path = `services/${actor.serviceId}/integrations`;
  return reference('inbound_integration', path, `${actor.serviceId}I`, 'Events API V2');
}
