import { type Account, randomId } from './account.ts';
import { refuse } from './refusal.ts';
import {
  contactMethodsJson,
  incidentJson,
  noteJson,
  priorityReference,
  reference,
  userJson,
  userReference,
} from './shapes.ts';
import type { Actor, Incident, Status, User } from './types.ts';

interface RestCall {
  query: URLSearchParams;
  body: unknown;
  /** The `From` header. */
  from: string | undefined;
  /** What stood in the brackets of the path. */
  id: string;
}

interface Route {
  method: string;
  path: RegExp;
  run(account: Account, call: RestCall): { status: number; body: object };
}

const MONTH_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_BULK = 250;

const ROUTES: Route[] = [
  {
    method: 'GET',
    path: /^\/abilities$/,
    run: () => ok({ abilities: ['teams', 'urgencies', 'priorities'] }),
  },
  { method: 'GET', path: /^\/incidents$/, run: (account, { query }) => ok(listIncidents(account, query)) },
  { method: 'POST', path: /^\/incidents$/, run: createIncident },
  { method: 'PUT', path: /^\/incidents$/, run: updateIncidents },
  { method: 'GET', path: /^\/incidents\/([^/]+)$/, run: (account, { id }) => ok(wrapped(account, id)) },
  { method: 'PUT', path: /^\/incidents\/([^/]+)$/, run: updateIncident },
  { method: 'GET', path: /^\/incidents\/([^/]+)\/notes$/, run: listNotes },
  { method: 'POST', path: /^\/incidents\/([^/]+)\/notes$/, run: createNote },
  { method: 'GET', path: /^\/oncalls$/, run: (account, { query }) => ok(listOnCalls(account, query)) },
  {
    method: 'GET',
    path: /^\/users\/([^/]+)$/,
    run: (account, { id }) => ok({ user: userJson(userById(account, id)) }),
  },
  { method: 'GET', path: /^\/users\/([^/]+)\/contact_methods$/, run: listContactMethods },
  { method: 'GET', path: /^\/priorities$/, run: listPriorities },
];

/** Answers one authorised REST request. @throws ApiRefusal */
export function answerRest(
  account: Account,
  method: string,
  path: string,
  call: Omit<RestCall, 'id'>,
): { status: number; body: object } {
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match) return route.run(account, { ...call, id: decodeURIComponent(match[1] ?? '') });
  }
  return refuse(404, 2100, 'Not Found');
}

const ok = (body: object) => ({ status: 200, body });
const wrapped = (account: Account, id: string) => ({ incident: incidentJson(account, account.incident(id)) });

function listIncidents(account: Account, query: URLSearchParams) {
  const key = query.get('incident_key');
  const statuses = query.getAll('statuses[]');
  const services = query.getAll('service_ids[]');
  const since =
    query.get('date_range') === 'all' ? 0 : Date.parse(query.get('since') ?? '') || Date.now() - MONTH_MS;
  const newestFirst = query.get('sort_by')?.endsWith(':desc') ? -1 : 1;
  const found = account
    .incidents()
    .filter((incident) => key === null || incident.key === key)
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .filter(({ serviceId }) => services.length === 0 || services.includes(serviceId))
    .filter(({ createdAt }) => Date.parse(createdAt) >= since)
    .sort((a, b) => newestFirst * (a.number - b.number));
  return page(query, 'incidents', found, (incident) => incidentJson(account, incident));
}

function page<T>(query: URLSearchParams, name: string, items: T[], render: (item: T) => object) {
  const limit = Math.min(Number(query.get('limit') ?? 25), 100);
  const offset = Number(query.get('offset') ?? 0);
  if (!(limit >= 1) || !(offset >= 0))
    refuse(400, 2001, 'Invalid Input Provided', ['limit or offset is invalid']);
  const shown = items.slice(offset, offset + limit).map(render);
  return { [name]: shown, limit, offset, more: offset + limit < items.length, total: null };
}

function createIncident(account: Account, { body, from }: RestCall) {
  const user = requester(account, from);
  const wanted = field(body, 'incident');
  const title = textOf(wanted.title);
  const serviceId = textOf(field(wanted, 'service').id);
  if (title === '' || account.service(serviceId) === undefined) {
    refuse(400, 2001, 'Invalid Input Provided', ['Title and a known service are required']);
  }
  const key = textOf(wanted.incident_key) || randomId('', 32).toLowerCase();
  if (account.openIncident(serviceId, key) !== undefined) {
    const error = 'Open incident with matching dedup key already exists on this service';
    refuse(400, 2002, 'Arguments Caused Error', [error]);
  }
  const urgency = wanted.urgency === 'low' ? 'low' : 'high';
  const opened = account.open({ serviceId, title, key, keyed: true, urgency, actor: { kind: 'user', user } });
  return { status: 201, body: wrapped(account, opened.id) };
}

function updateIncident(account: Account, { id, body, from }: RestCall) {
  const actor: Actor = { kind: 'user', user: requester(account, from) };
  applyUpdate(account, account.incident(id), field(body, 'incident'), actor);
  return ok(wrapped(account, id));
}

function updateIncidents(account: Account, { body, from }: RestCall) {
  const actor: Actor = { kind: 'user', user: requester(account, from) };
  const wanted = (body as { incidents?: unknown } | null)?.incidents;
  if (!Array.isArray(wanted)) refuse(400, 2003, 'Missing Arguments', ['incidents is required']);
  if (wanted.length > MAX_BULK) refuse(413, 2001, 'Too many incidents');
  for (const update of wanted) applyUpdate(account, account.incident(textOf(update?.id)), update, actor);
  return ok({ incidents: wanted.map(({ id }) => incidentJson(account, account.incident(id))) });
}

function applyUpdate(
  account: Account,
  incident: Incident,
  wanted: Record<string, unknown>,
  actor: Actor,
): void {
  if (!textOf(wanted.type).startsWith('incident'))
    refuse(400, 2001, 'Invalid Input Provided', ['type is required']);
  if (wanted.status !== undefined) {
    if (!isStatus(wanted.status)) refuse(400, 1003, 'Invalid Status Provided');
    account.setStatus(incident.id, wanted.status, actor);
  }
  if (wanted.priority !== undefined) {
    const id = textOf(field(wanted, 'priority').id);
    const name = account.priorities.find((priority) => priorityReference(priority).id === id);
    if (wanted.priority !== null && name === undefined) refuse(400, 1020, 'Invalid Priority');
    account.setPriority(incident.id, name, actor);
  }
}

function listNotes(account: Account, { id }: RestCall) {
  return ok({
    notes: account
      .notes(id)
      .map((note) => noteJson(account, note))
      .toReversed(),
  });
}

function createNote(account: Account, { id, body, from }: RestCall) {
  const user = requester(account, from);
  const content = textOf(field(body, 'note').content);
  if (content === '') refuse(400, 2001, 'Invalid Input Provided', ["Content can't be blank"]);
  return { status: 201, body: { note: noteJson(account, account.addNote(id, content, user)) } };
}

function listOnCalls(account: Account, query: URLSearchParams) {
  const policyIds = query.getAll('escalation_policy_ids[]');
  const scheduleIds = query.getAll('schedule_ids[]');
  const full = query.getAll('include[]').includes('users');
  const { escalationPolicies, schedules = [] } = account.settings;
  const entries = escalationPolicies.flatMap((policy) =>
    policy.levels.flatMap((targets, index) =>
      targets.map((target) => ({
        policy,
        level: index + 1,
        schedule: schedules.find(({ id }) => id === target),
        target,
      })),
    ),
  );
  const wanted = entries
    .filter(({ policy }) => policyIds.length === 0 || policyIds.includes(policy.id))
    .filter(({ schedule }) => scheduleIds.length === 0 || scheduleIds.includes(schedule?.id ?? ''));
  return page(query, 'oncalls', wanted, ({ policy, level, schedule, target }) => {
    const user = userById(account, schedule?.userId ?? target);
    return {
      user: full ? userJson(user) : userReference(user),
      schedule: schedule ? reference('schedule', 'schedules', schedule.id, schedule.name) : null,
      escalation_policy: reference('escalation_policy', 'escalation_policies', policy.id, policy.name),
      escalation_level: level,
      start: schedule ? new Date(Date.now() - MONTH_MS).toISOString() : null,
      end: schedule ? new Date(Date.now() + MONTH_MS).toISOString() : null,
    };
  });
}

function listContactMethods(account: Account, { id }: RestCall) {
  return ok({ contact_methods: contactMethodsJson(userById(account, id)) });
}

function listPriorities(account: Account, { query }: RestCall) {
  const render = (name: string) => ({ ...priorityReference(name), type: 'priority', name });
  return ok(page(query, 'priorities', account.priorities, render));
}

function userById(account: Account, id: string): User {
  return account.user(id) ?? refuse(404, 2100, 'Not Found');
}

/** Changes are made in somebody's name, and that somebody must exist. */
function requester(account: Account, from: string | undefined): User {
  if (!from)
    refuse(400, 2016, 'You must specify a user\'s email address in the "From" header to perform this action');
  const email = from.toLowerCase();
  const user = account.settings.users.find((one) => one.email.toLowerCase() === email);
  return user ?? refuse(400, 1008, 'Requester User Not Found');
}

function isStatus(value: unknown): value is Status {
  return value === 'triggered' || value === 'acknowledged' || value === 'resolved';
}

function field(value: unknown, name: string): Record<string, unknown> {
  const inner =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
