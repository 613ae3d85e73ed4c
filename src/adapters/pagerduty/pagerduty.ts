import type { Logger } from 'pino';
import type { Page, Pager } from '../../app/ports/pager.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { type AlertEvent, createEventsClient } from './events-client.ts';
import { configurationFault } from './faults.ts';
import { readOnCall } from './on-call.ts';
import { createRestClient, type RestClient } from './rest-client.ts';
import { AbilityList, Incident, IncidentList, Note, NoteList } from './schema.ts';

export interface PagerDutyOptions {
  /** REST API token; without it only paging by dedup key works. */
  token?: string;
  /** E-mail address of the PagerDuty user in whose name notes and status changes are made. */
  from?: string;
  /** Integration key of the service to page; without it nobody can be paged. */
  routingKey?: string;
  apiUrl?: string;
  eventsUrl?: string;
  /** Longest time for one call of the port, all its requests together, in milliseconds. */
  deadlineMs?: number;
  log: Pick<Logger, 'warn'>;
}

const DEFAULT_DEADLINE_MS = 10_000;
const MAX_SUMMARY = 1024;
const MAX_DEDUP_KEY = 255;
/** How our alerts are signed: the webhook event of an alert repeats it, so we know our own. */
const CLIENT = 'Lifeboat';

/**
 * PagerDuty as our pager: paging over the Events API, everything else over the REST API.
 * Each request is sent once. Errors are `UpstreamError('pagerduty', …)` and hold no secrets.
 */
export function createPagerDuty(options: PagerDutyOptions): Pager {
  const { token, from, routingKey, deadlineMs = DEFAULT_DEADLINE_MS, log } = options;
  const secrets = [token, routingKey].filter((secret) => secret !== undefined && secret !== '') as string[];
  const apiUrl = withoutSlash(options.apiUrl ?? 'https://api.pagerduty.com');
  const eventsUrl = withoutSlash(options.eventsUrl ?? 'https://events.pagerduty.com');
  const rest = createRestClient({ token, from, apiUrl, secrets });
  const events = createEventsClient({ routingKey, eventsUrl, secrets });

  async function call<T>(
    operation: string,
    caller: AbortSignal | undefined,
    run: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = startDeadline(deadlineMs, caller);
    try {
      return await run(deadline);
    } catch (error) {
      if (error instanceof UpstreamError) {
        log.warn(
          { operation, code: error.code, retry: error.retry, reason: error.message },
          'pagerduty call failed',
        );
      }
      throw error;
    } finally {
      deadline.release();
    }
  }

  return {
    trigger: (page, signal) => call('trigger', signal, (clock) => events.send(alertOf(page), clock)),
    acknowledge: (key, signal) =>
      call('acknowledge', signal, (clock) => events.send(followUp('acknowledge', key), clock)),
    resolve: (key, signal) =>
      call('resolve', signal, (clock) => events.send(followUp('resolve', key), clock)),
    findIncident: (key, signal) => call('find-incident', signal, (clock) => findIncident(rest, key, clock)),
    addNote: (id, text, signal) => call('add-note', signal, (clock) => addNote(rest, id, text, clock)),
    hasNote: (id, marker, signal) => call('has-note', signal, (clock) => hasNote(rest, id, marker, clock)),
    resolveIncident: (id, signal) =>
      call('resolve-incident', signal, (clock) => setStatus(rest, id, 'resolved', clock)),
    acknowledgeIncident: (id, signal) =>
      call('acknowledge-incident', signal, (clock) => setStatus(rest, id, 'acknowledged', clock)),
    onCall: (query, signal) => call('on-call', signal, (clock) => readOnCall(rest, query, clock)),
    ping: (signal) => call('ping', signal, (clock) => ping(rest, clock)),
  };
}

function alertOf({ dedupKey, summary, source, severity, details, link }: Page): AlertEvent {
  return {
    event_action: 'trigger',
    dedup_key: checkedKey(dedupKey),
    payload: { summary: shortened(summary), source, severity, custom_details: details },
    ...(link === undefined ? {} : { links: [link], client_url: link.href }),
    client: CLIENT,
  };
}

function followUp(action: 'acknowledge' | 'resolve', dedupKey: string): AlertEvent {
  return { event_action: action, dedup_key: checkedKey(dedupKey) };
}

/** A key that was cut would be another key: two pages could become one. */
function checkedKey(dedupKey: string): string {
  if (dedupKey !== '' && dedupKey.length <= MAX_DEDUP_KEY) return dedupKey;
  throw configurationFault(
    'misconfigured',
    `dedup key of ${dedupKey.length} characters, allowed are 1 to 255`,
  );
}

function shortened(summary: string): string {
  if (summary.length <= MAX_SUMMARY) return summary;
  // By characters, counted as PagerDuty counts them at worst: in UTF-16 units.
  let text = '';
  for (const character of summary) {
    if (text.length + character.length > MAX_SUMMARY - 1) break;
    text += character;
  }
  return `${text}…`;
}

/** The open incident with this key, else the newest closed one. */
async function findIncident(
  rest: RestClient,
  dedupKey: string,
  deadline: Deadline,
): Promise<string | undefined> {
  const { incidents } = await rest.send(
    {
      method: 'GET',
      path: '/incidents',
      query: {
        incident_key: dedupKey,
        'statuses[]': ['triggered', 'acknowledged', 'resolved'],
        // Without it PagerDuty looks back one month only.
        date_range: 'all',
        sort_by: 'created_at:desc',
        limit: '100',
      },
      reply: IncidentList,
      inDoubt: 'safe',
    },
    deadline,
  );
  return (incidents.find(({ status }) => status !== 'resolved') ?? incidents[0])?.id;
}

async function addNote(rest: RestClient, id: string, text: string, deadline: Deadline): Promise<void> {
  await rest.send(
    {
      method: 'POST',
      path: `${incidentPath(id)}/notes`,
      body: { note: { content: text } },
      reply: Note,
      inDoubt: 'after_check',
    },
    deadline,
  );
}

async function hasNote(rest: RestClient, id: string, marker: string, deadline: Deadline): Promise<boolean> {
  const { notes } = await rest.send(
    { method: 'GET', path: `${incidentPath(id)}/notes`, reply: NoteList, inDoubt: 'safe' },
    deadline,
  );
  return notes.some(({ content }) => content.includes(marker));
}

/** PagerDuty refuses what is already so. Then we look, and are content if nothing is left to do. */
async function setStatus(
  rest: RestClient,
  id: string,
  status: 'acknowledged' | 'resolved',
  deadline: Deadline,
): Promise<void> {
  try {
    await rest.send(
      {
        method: 'PUT',
        path: incidentPath(id),
        body: { incident: { type: 'incident_reference', status } },
        reply: Incident,
        inDoubt: 'safe',
      },
      deadline,
    );
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.code !== 'bad_request') throw error;
    const { incident } = await rest.send(
      { method: 'GET', path: incidentPath(id), reply: Incident, inDoubt: 'safe' },
      deadline,
    );
    if (incident.status !== status && incident.status !== 'resolved') throw error;
  }
}

/** The list of what the account may do: small, and open to every token. */
async function ping(rest: RestClient, deadline: Deadline): Promise<void> {
  await rest.send({ method: 'GET', path: '/abilities', reply: AbilityList, inDoubt: 'safe' }, deadline);
}

function incidentPath(id: string): string {
  return `/incidents/${encodeURIComponent(id)}`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
