import { type Incident, maySee } from '../core/incident/incident.ts';
import type { Policy } from '../core/incident/policy.ts';
import { viewIncident } from '../core/incident/view.ts';
import type { MessageVariables } from '../core/message/messages.ts';
import type { IncidentView, ListedIncident } from '../core/message/variables.ts';
import type { Requester } from '../core/shared/actor.ts';
import { type IncidentId, isIncidentId } from '../core/shared/ids.ts';
import { type Refusal, refuse } from '../core/shared/refusal.ts';
import type { Instant } from '../core/shared/time.ts';
import type { IncidentStore, StoredIncident } from './ports/store.ts';

/** How many incidents one answer shows; the rest are counted. */
const SHOWN = 30;
const RECENT = 5;

export interface Listing {
  open: ListedIncident[];
  openTotal: number;
  recent: ListedIncident[];
  asOf: Instant;
}

/** An incident that waits for one person, and for what. */
export type Waiting = MessageVariables<'home'>['waiting'][number];

/** Everything that is looked at without being changed, as one person may see it. */
export interface ReadIncidents {
  listing(requester: Requester, options?: { open?: number }): Promise<Listing>;
  /** The incident of this id, if this person may see it. */
  find(id: string, requester: Requester): Promise<StoredIncident | Refusal>;
  byChannel(channelId: string): Promise<StoredIncident | undefined>;
  view(incident: Incident): Promise<IncidentView>;
  /** Open incidents that may be the same: same region, or words in common. */
  alike(requester: Requester, said: { title: string; from?: string }): Promise<ListedIncident[]>;
  /** Open incidents that wait for this very person, with what they wait for. */
  waitingFor(requester: Requester): Promise<Waiting[]>;
}

export function createReadIncidents(deps: { store: IncidentStore; policy: Policy }): ReadIncidents {
  const { store, policy } = deps;

  const visibleTo = (requester: Requester) =>
    requester.capabilities.includes('command') ? ('all' as const) : requester.person.id;

  const live = (requester: Requester, limit: number) =>
    store.list({ phases: ['open', 'proposed'], limit, visibleTo: visibleTo(requester) });

  return {
    async listing(requester, options = {}) {
      const asOf = await store.now();
      const [open, recent] = await Promise.all([
        live(requester, options.open ?? SHOWN),
        store.list({
          phases: ['resolved', 'closed'],
          limit: RECENT,
          visibleTo: visibleTo(requester),
          counted: false,
        }),
      ]);
      return {
        open: open.incidents.map((incident) => viewIncident(incident, policy, asOf)),
        openTotal: open.total,
        recent: recent.incidents.map((incident) => viewIncident(incident, policy, asOf)),
        asOf,
      };
    },

    async find(id, requester) {
      const wanted = id.trim().toUpperCase();
      const stored = isIncidentId(wanted) ? await store.load(wanted as IncidentId) : undefined;
      if (!stored) return refuse('incident.not_found', { incident: id });
      const commands = requester.capabilities.includes('command');
      return maySee(stored.incident, requester.person.id, commands)
        ? stored
        : refuse('incident.not_found', { incident: id });
    },

    byChannel: (channelId) => store.byChannel(channelId),
    view: async (incident) => viewIncident(incident, policy, await store.now()),

    async alike(requester, said) {
      const asOf = await store.now();
      const { incidents } = await live(requester, 100);
      return incidents
        .filter((incident) => looksAlike(incident, said))
        .slice(0, 3)
        .map((incident) => viewIncident(incident, policy, asOf));
    },

    async waitingFor(requester) {
      const asOf = await store.now();
      const { incidents } = await live(requester, 200);
      return incidents.flatMap((incident) => {
        const what = waitsFor(incident, requester);
        return what ? [{ what, incident: viewIncident(incident, policy, asOf) }] : [];
      });
    },
  };
}

const COMMON_WORDS = new Set([
  'the',
  'and',
  'for',
  'not',
  'with',
  'from',
  'gone',
  'down',
  'has',
  'are',
  'our',
]);

function looksAlike(incident: Incident, said: { title: string; from?: string }): boolean {
  if (said.from !== undefined && incident.regions.from === said.from) return true;
  const theirs = new Set(words(incident.title));
  return words(said.title).some((word) => theirs.has(word));
}

function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u)
    .filter((word) => word.length > 2 && !COMMON_WORDS.has(word));
}

function waitsFor(incident: Incident, requester: Requester): Waiting['what'] | undefined {
  const me = requester.person.id;
  if (incident.phase === 'proposed') {
    return requester.capabilities.includes('declare') ? 'decide' : undefined;
  }
  const called = incident.ladder.rungs.findLast((rung) => rung.calledAt !== undefined);
  if (
    called &&
    !incident.ladder.acknowledged &&
    called.roles.some((role) => requester.roles.includes(role))
  ) {
    return 'answer';
  }
  if (!incident.duties.commander && requester.capabilities.includes('command')) return 'command';
  if (incident.duties.commander?.id === me && !incident.status.lastHuman) return 'update';
  return undefined;
}
