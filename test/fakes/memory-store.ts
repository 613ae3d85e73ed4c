import type {
  DeliveryStore,
  IncidentStore,
  Job,
  ListQuery,
  NewDelivery,
  NotesStore,
  StoredIncident,
  Tx,
} from '../../src/app/ports/store.ts';
import type { RecordedEvent } from '../../src/core/incident/events.ts';
import type { IncidentId } from '../../src/core/shared/ids.ts';
import { incidentId } from '../../src/core/shared/ids.ts';
import type { Instant } from '../../src/core/shared/time.ts';
import { UpstreamError } from '../../src/core/shared/upstream-error.ts';
import type { FakeClock } from './clock.ts';
import { createMemoryDeliveries, type DeliveryRow } from './memory-deliveries.ts';
import { createMemoryJobs, type MemoryJobs } from './memory-jobs.ts';

/** Everything that PostgreSQL would hold, in this process; it forgets nothing until it goes. */
export interface MemoryStore {
  store: IncidentStore;
  deliveries: DeliveryStore;
  notes: NotesStore;
  jobs: MemoryJobs;
  /** All deliveries that were ever written, with what became of them. */
  rows: DeliveryRow[];
}

interface Tables {
  incidents: Map<IncidentId, { stored: StoredIncident; wakeAt: Instant | undefined }>;
  events: Map<IncidentId, RecordedEvent[]>;
  inbox: Map<string, unknown>;
  claimedAt: Map<string, Instant>;
  counters: Map<string, number>;
}

/** What one transaction has written so far, unseen by others. */
interface Staged extends Tables {
  deliveries: NewDelivery[];
  jobs: Job[];
}

function emptyTables(): Tables {
  return {
    incidents: new Map(),
    events: new Map(),
    inbox: new Map(),
    claimedAt: new Map(),
    counters: new Map(),
  };
}

export function createMemoryStore({ clock }: { clock: FakeClock }): MemoryStore {
  const tables = emptyTables();
  const jobs = createMemoryJobs({ clock });
  const { deliveries, write, rows } = createMemoryDeliveries();
  let turn: Promise<unknown> = Promise.resolve();

  /** One transaction after the other: as row locks and unique keys would make them wait where they meet. */
  function transact<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const done = turn.then(async () => {
      const staged: Staged = { ...emptyTables(), deliveries: [], jobs: [] };
      const result = await work(createTx(tables, staged, clock));
      merge(tables, staged);
      write(staged.deliveries, clock.now());
      jobs.add(staged.jobs);
      return result;
    });
    turn = done.catch(() => undefined);
    return done;
  }

  const store: IncidentStore = {
    transact,
    now: async () => clock.now(),
    load: async (id) => copy(tables.incidents.get(id)?.stored),
    byChannel: async (channelId) =>
      copy(all(tables).find(({ incident }) => incident.channel?.id === channelId)),
    byPager: async (pagerId) => copy(byPager(tables, pagerId)),
    list: async (query) => list(tables, query),
    async events(id, { last } = {}) {
      const events = tables.events.get(id) ?? [];
      return copy(last === undefined ? events : events.slice(-last));
    },
    overdue: async (before, limit) => overdue(tables, before, limit),
    async forgetClaims(before) {
      for (const [key, at] of tables.claimedAt) if (at < before) tables.inbox.delete(key);
    },
    enqueue: async (wanted) => jobs.addUnlessWaiting(wanted),
    recordCount: async () => all(tables).reduce((sum, { version }) => sum + version, 0),
  };
  return { store, deliveries, notes: createMemoryNotes(clock), jobs, rows };
}

function createTx(tables: Tables, staged: Staged, clock: FakeClock): Tx {
  const tx: Tx = {
    now: clock.now(),
    async claim(key) {
      const known = [staged.inbox, tables.inbox].find((inbox) => inbox.has(key));
      if (known) return { first: false, outcome: copy(known.get(key)) };
      staged.inbox.set(key, undefined);
      staged.claimedAt.set(key, tx.now);
      return { first: true };
    },
    async settle(key, outcome) {
      if (staged.inbox.has(key) || tables.inbox.has(key)) staged.inbox.set(key, asJson(outcome));
    },
    async allocateId() {
      const day = tx.now.slice(0, 10);
      const number = (staged.counters.get(day) ?? tables.counters.get(day) ?? 0) + 1;
      staged.counters.set(day, number);
      return incidentId(new Date(tx.now), number);
    },
    async lock(id) {
      const found = staged.incidents.get(id) ?? tables.incidents.get(id);
      if (found) tx.now = clock.now();
      return copy(found?.stored);
    },
    async append(events, after, wakeAt) {
      if (events.length === 0) return;
      const { id, channel } = after.incident;
      const before = staged.incidents.get(id) ?? tables.incidents.get(id);
      if ((before?.stored.version ?? 0) !== after.version - events.length) {
        throw new UpstreamError('postgres', 'concurrent_change', { retry: 'safe', detail: id });
      }
      const other = all(tables).find(({ incident }) => channel && incident.channel?.id === channel.id);
      if (other && other.incident.id !== id) {
        throw new UpstreamError('postgres', 'conflict', { retry: 'never', detail: 'incident_channel' });
      }
      staged.incidents.set(id, { stored: asJson(after), wakeAt });
      staged.events.set(id, [...(staged.events.get(id) ?? []), ...asJson(events)]);
    },
    async deliver(deliveries) {
      staged.deliveries.push(...asJson(deliveries));
    },
    async enqueue(jobs) {
      staged.jobs.push(...asJson(jobs));
    },
  };
  return tx;
}

function merge(tables: Tables, staged: Staged): void {
  for (const [id, row] of staged.incidents) tables.incidents.set(id, row);
  for (const [id, events] of staged.events) {
    tables.events.set(id, [...(tables.events.get(id) ?? []), ...events]);
  }
  for (const [key, outcome] of staged.inbox) tables.inbox.set(key, outcome);
  for (const [key, at] of staged.claimedAt) tables.claimedAt.set(key, at);
  for (const [day, number] of staged.counters) tables.counters.set(day, number);
}

function all(tables: Tables): StoredIncident[] {
  return [...tables.incidents.values()].map(({ stored }) => stored);
}

function newestFirst(a: StoredIncident, b: StoredIncident): number {
  const [left, right] = [a.incident, b.incident].map(({ openedAt, id }) => `${openedAt} ${id}`);
  return (left as string) < (right as string) ? 1 : -1;
}

function byPager(tables: Tables, pagerId: string): StoredIncident | undefined {
  const isLive = ({ incident }: StoredIncident) => ['proposed', 'open'].includes(incident.phase);
  return all(tables)
    .filter(
      ({ incident }) => incident.id === pagerId || incident.pager.links.some(({ id }) => id === pagerId),
    )
    .sort((a, b) => Number(isLive(b)) - Number(isLive(a)) || newestFirst(a, b))[0];
}

function list(tables: Tables, { phases, limit, visibleTo }: ListQuery) {
  const found = all(tables)
    .filter(({ incident }) => phases.includes(incident.phase))
    .filter(
      ({ incident }) =>
        !incident.private || visibleTo === 'all' || incident.people.some(({ id }) => id === visibleTo),
    )
    .sort(newestFirst);
  return { incidents: copy(found.slice(0, limit).map(({ incident }) => incident)), total: found.length };
}

function overdue(tables: Tables, before: Instant, limit: number): IncidentId[] {
  return [...tables.incidents.entries()]
    .flatMap(([id, { wakeAt }]) => (wakeAt !== undefined && wakeAt < before ? [{ id, wakeAt }] : []))
    .sort((a, b) => (a.wakeAt < b.wakeAt ? -1 : 1))
    .slice(0, limit)
    .map(({ id }) => id);
}

function createMemoryNotes(clock: FakeClock): NotesStore {
  const channels = new Map<string, object>();
  const memory = new Map<string, { value: unknown; at: Instant }>();
  return {
    channelNotes: async (id) => copy(channels.get(id) ?? {}),
    async saveChannelNotes(id, notes) {
      channels.set(id, asJson(notes));
    },
    async remember(key, value) {
      memory.set(key, { value: asJson(value), at: clock.now() });
    },
    recall: async (key) => copy(memory.get(key)),
  };
}

function copy<T>(value: T): T {
  return value === undefined ? value : structuredClone(value);
}

/** As jsonb gives it back; refuses what jsonb cannot hold. */
function asJson<T>(value: T): T {
  const text = JSON.stringify(value);
  if (text === undefined) return value;
  if (/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(text)) {
    throw new UpstreamError('postgres', 'bad_value', { retry: 'never', detail: '22P05' });
  }
  return JSON.parse(text);
}
