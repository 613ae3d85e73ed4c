import { LIFEBOAT } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import { UpstreamError } from '../core/shared/upstream-error.ts';
import type { DecideIncident } from './decide-incident.ts';
import type { Carrier } from './deliver-lane.ts';
import type { Chat } from './ports/chat.ts';
import type { Pager } from './ports/pager.ts';
import type { Delivery, IncidentStore } from './ports/store.ts';

/** The pager works asynchronously: its incident exists a moment after the page was accepted. */
const INCIDENT_SOON_MS = 2000;
/** A note is no reason to knock for ever. */
const NOTE_ATTEMPTS = 200;
const NOT_THERE_YET = 'pager_incident_not_there_yet';

/** Carries pages, notes and resolutions to the pager, and tells the channel when it does not answer. */
export function createPageCarrier(deps: {
  pager: Pager;
  chat: Chat;
  store: IncidentStore;
  decide: DecideIncident;
}): Carrier {
  const { pager, store } = deps;

  async function pagerIncidents(incidentId: IncidentId): Promise<string[]> {
    const stored = await store.load(incidentId);
    const links = (stored?.incident.pager.links ?? []).flatMap((link) => (link.id ? [link.id] : []));
    if (links.length > 0) return links;
    const own = await pager.findIncident(incidentId);
    return own ? [own] : [];
  }

  async function addNote(delivery: Delivery, text: string) {
    const [target] = await pagerIncidents(delivery.incidentId);
    if (!target) {
      return delivery.attempts > NOTE_ATTEMPTS
        ? { kind: 'undeliverable' as const, problem: 'no_pager_incident' }
        : { kind: 'later' as const, afterMs: INCIDENT_SOON_MS, problem: NOT_THERE_YET };
    }
    await pager.addNote(target, `${text} ${noteMarker(delivery.key)}`);
    return { kind: 'sent' as const, receipt: { pagerIncident: target } };
  }

  async function acknowledge(delivery: Delivery) {
    const stored = await store.load(delivery.incidentId);
    const waiting = (stored?.incident.pager.links ?? []).filter((link) => link.status === 'triggered');
    if (stored?.incident.pager.paged) await pager.acknowledge(delivery.incidentId);
    for (const link of waiting) if (link.id) await pager.acknowledgeIncident(link.id);
    return { kind: 'sent' as const, receipt: { acknowledged: String(waiting.length) } };
  }

  async function resolve(delivery: Delivery) {
    const stored = await store.load(delivery.incidentId);
    const open = (stored?.incident.pager.links ?? []).filter((link) => link.id && link.status !== 'resolved');
    if (stored?.incident.pager.paged) await pager.resolve(delivery.incidentId);
    for (const link of open) await pager.resolveIncident(link.id as string);
    return { kind: 'sent' as const, receipt: { resolved: String(open.length) } };
  }

  return {
    async find(delivery) {
      // Pages and resolutions are harmless to repeat by key; only notes must be looked for.
      if (delivery.op.kind !== 'pager_note') return undefined;
      for (const target of await pagerIncidents(delivery.incidentId)) {
        if (await pager.hasNote(target, noteMarker(delivery.key))) return { pagerIncident: target };
      }
      return undefined;
    },

    async send(delivery) {
      const { op } = delivery;
      switch (op.kind) {
        case 'page': {
          const stored = await store.load(delivery.incidentId);
          const channel = stored?.incident.channel?.id;
          await pager.trigger({
            dedupKey: delivery.incidentId,
            summary: op.summary,
            source: 'Lifeboat',
            severity: 'critical',
            details: op.details,
            ...(channel ? { link: { href: deps.chat.channelUrl(channel), text: 'Incident channel' } } : {}),
          });
          return { kind: 'sent', receipt: { dedupKey: delivery.incidentId } };
        }
        case 'pager_note':
          return addNote(delivery, op.text);
        case 'pager_acknowledge':
          return acknowledge(delivery);
        case 'pager_resolve':
          return resolve(delivery);
        default:
          throw new UpstreamError('pagerduty', 'not_for_the_pager', { retry: 'never' });
      }
    },

    /** A page that is refused for good wakes nobody either: the channel is told as when the pager is down. */
    async onTrouble(delivery, problem, final) {
      if (problem === NOT_THERE_YET) return;
      const { kind } = delivery.op;
      const isLost = final && kind !== 'page';
      await deps.decide({
        key: isLost ? `undeliverable:${delivery.id}` : `pager-unreachable:${delivery.id}`,
        id: delivery.incidentId,
        command: isLost
          ? { type: 'record_undeliverable', message: kind, where: 'PagerDuty', problem }
          : { type: 'pager_unreachable', problem },
        actor: LIFEBOAT,
        capabilities: [],
      });
    },

    async onSent(delivery) {
      const stored = await store.load(delivery.incidentId);
      if (!stored?.incident.pager.unreachableSince) return;
      await deps.decide({
        key: `pager-reachable:${delivery.id}`,
        id: delivery.incidentId,
        command: { type: 'pager_reachable' },
        actor: LIFEBOAT,
        capabilities: [],
      });
    },
  };
}

/** Ends every note of ours: recognises it when it comes back by webhook, and before a repeat. */
export function noteMarker(deliveryKey: string): string {
  return `(Lifeboat ${deliveryKey.replace(/:[a-z_]+$/, '')})`;
}

export function isOwnNote(text: string): boolean {
  return /\(Lifeboat DR-\d{8}-\d{3,}:\d+\)\s*$/.test(text);
}
