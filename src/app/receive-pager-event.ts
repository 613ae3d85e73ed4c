import type { DeclareInput } from '../core/incident/commands.ts';
import type { PagerAlert } from '../core/incident/events.ts';
import type { Actor, Capability } from '../core/shared/actor.ts';
import { isIncidentId } from '../core/shared/ids.ts';
import { toInstant } from '../core/shared/time.ts';
import { cleanText, shorten } from '../lib/clean-text.ts';
import { isOwnNote } from './carry-page.ts';
import type { DecideIncident, IncidentRequest } from './decide-incident.ts';
import type { PagerEvent } from './ports/pager-event.ts';
import type { IncidentStore, StoredIncident } from './ports/store.ts';

/** What the profile says of a service of the pager. */
export interface ServiceRule {
  name: string;
  severity: string;
  level: string;
  region?: string;
  runbook?: string;
  declare: 'propose' | 'at-once';
}

/** A title stands in one line of a phone, and must leave room for our id when it is paged on. */
const TITLE_MAX = 120;
/** How our own pages call their sender. */
const OURSELVES = 'Lifeboat';

/** An alert may open an incident and tell what it saw; it never decides over one, and never starts a run. */
const CAPABILITIES: Capability[] = ['read'];

/**
 * A webhook of the pager: an alert on a configured service opens an incident (proposed, or declared
 * where the profile says so); what happens to it later is reflected in the incident it belongs to.
 */
export function createReceivePagerEvent(deps: {
  store: IncidentStore;
  decide: DecideIncident;
  serviceRule(serviceId: string): ServiceRule | undefined;
}): (event: PagerEvent) => Promise<'opened' | 'reflected' | 'ignored'> {
  const { store, decide } = deps;

  return async (event) => {
    const own = await ownIncident(store, event);
    const known = own ?? (await store.byPager(event.incident.id));
    const request = (command: IncidentRequest['command'], id = known?.incident.id): IncidentRequest => ({
      key: `pagerduty:${event.id}`,
      ...(id ? { id } : {}),
      command,
      actor: actorOf(event),
      capabilities: CAPABILITIES,
    });
    if (known) {
      const linked = known.incident.pager.links.some((link) => link.id === event.incident.id);
      if (event.kind === 'triggered') {
        await decide(request({ type: 'pager_alert', alert: alertOf(event, own !== undefined) }));
        return 'reflected';
      }
      if (event.kind === 'annotated' && isOwnNote(event.note ?? '')) return 'ignored';
      if (!linked) {
        await decide({
          ...request({ type: 'pager_alert', alert: alertOf(event, own !== undefined) }),
          key: `pagerduty:link:${event.incident.id}`,
        });
      }
      const { id: pagerId } = event.incident;
      const text = textOf(event);
      const change = { pagerId, change: event.kind, at: toInstant(event.occurredAt) };
      await decide(request({ type: 'pager_change', ...change, ...(text ? { text } : {}) }));
      return 'reflected';
    }
    const rule = event.incident.serviceId && deps.serviceRule(event.incident.serviceId);
    // A page of our own that we cannot place must not become another incident, which would page again.
    if (event.kind !== 'triggered' || !rule || event.client === OURSELVES) return 'ignored';
    const input = inputOf(event, rule);
    const type = rule.declare === 'at-once' ? ('declare' as const) : ('propose' as const);
    // By the alert, not by the event: two subscriptions tell of one alert twice.
    const key = `pagerduty:opened:${event.incident.id}`;
    await decide({ ...request({ type, input, alert: alertOf(event, false) }), key });
    return 'opened';
  };
}

/** Our own page comes back as an alert. The pager often drops the dedup key, but keeps the title. */
async function ownIncident(store: IncidentStore, event: PagerEvent): Promise<StoredIncident | undefined> {
  const { key, title } = event.incident;
  const id = key && isIncidentId(key) ? key : /\((DR-\d{8}-\d{3,})\)\s*$/.exec(title)?.[1];
  return id && isIncidentId(id) ? store.load(id) : undefined;
}

function actorOf(event: PagerEvent): Actor {
  return { kind: 'pagerduty', ...(event.agent ? { name: event.agent.name } : {}) };
}

/** What the event says beside its kind. */
function textOf({ kind, note, incident }: PagerEvent): string | undefined {
  if (kind === 'annotated') return cleanText(note ?? '');
  return kind === 'priority' ? incident.priority : undefined;
}

function alertOf(event: PagerEvent, own: boolean): PagerAlert {
  const { id, title, url, serviceName } = event.incident;
  return {
    id,
    title: oneLine(title),
    at: toInstant(event.occurredAt),
    ...(own ? { own } : {}),
    ...(url ? { url } : {}),
    ...(serviceName ? { service: serviceName } : {}),
  };
}

function inputOf(event: PagerEvent, rule: ServiceRule): DeclareInput {
  const { title, serviceName } = event.incident;
  return {
    title: oneLine(title),
    description: cleanText(`Alert on ${serviceName ?? rule.name}: ${title}`),
    severity: rule.severity,
    level: rule.level,
    kind: 'real',
    tiers: [],
    regions: rule.region ? { from: rule.region } : {},
    private: false,
    ...(rule.runbook ? { runbook: rule.runbook } : {}),
  };
}

function oneLine(title: string): string {
  return shorten(cleanText(title).replaceAll(/\s+/g, ' ').trim(), TITLE_MAX);
}
