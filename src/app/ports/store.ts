import type { Audience, Post } from '../../core/incident/effects.ts';
import type { RecordedEvent } from '../../core/incident/events.ts';
import type { Incident, Phase } from '../../core/incident/incident.ts';
import type { PersonView } from '../../core/shared/actor.ts';
import type { IncidentId, PersonId } from '../../core/shared/ids.ts';
import type { Instant } from '../../core/shared/time.ts';

export interface StoredIncident {
  incident: Incident;
  /** Number of records so far; the next event gets `version + 1`. */
  version: number;
  /** Hash of the last record. */
  head: string;
}

/** What one delivery does outside. Written with the decision, sent later, in order within its lane. */
export type DeliveryOp =
  | { kind: 'post'; audience: Audience; message: Post }
  | { kind: 'archive_channel' }
  | { kind: 'page'; summary: string; details: Record<string, string> }
  | { kind: 'pager_note'; text: string }
  | { kind: 'pager_acknowledge' }
  | { kind: 'pager_resolve' };

export interface NewDelivery {
  /** Why it exists; a second one with the same key is not made. */
  key: string;
  incidentId: IncidentId;
  /** What must stay in order: `incident:<id>`, `channel:<name>`, `person:<id>`, `pager:<id>`. */
  lane: string;
  op: DeliveryOp;
  /** Deliveries of one lane with the same join that still wait become one, the newest. */
  join?: string;
}

export interface Delivery extends NewDelivery {
  id: string;
  /** `sending`: an earlier attempt ended without an answer; look before sending again. */
  state: 'pending' | 'sending';
  attempts: number;
  createdAt: Instant;
  /** The other side asked to be left alone until then: the whole lane waits. */
  notBefore?: Instant;
  /** How many older deliveries this one replaces. */
  joined: number;
}

/** Background work, by queue. A job carries ids only; what to do is read from the store. */
export type Job =
  | { queue: 'tick'; data: { incidentId: IncidentId }; startAfter?: Instant }
  | { queue: 'deliver'; data: { lane: string }; startAfter?: Instant }
  | { queue: 'sync-channel'; data: { incidentId: IncidentId; screenId?: string }; startAfter?: Instant }
  | { queue: 'invite'; data: { incidentId: IncidentId; roles: string[]; people: PersonView[]; key: string } }
  | { queue: 'call-rung'; data: { incidentId: IncidentId; index: number; roles: string[] } }
  | { queue: 'home'; data: { userId: string; teamId: string } };
export type QueueName = Job['queue'];

/** The queues, and the sweep that comes by itself once a minute on one replica. */
export type AnyQueue = QueueName | 'sweep';

/** What a job of a queue carries. */
export type JobData<Q extends AnyQueue> = Q extends QueueName
  ? Extract<Job, { queue: Q }>['data']
  : Record<string, never>;

export interface Tx {
  /** The database's clock: the only clock that times are compared on. */
  now: Instant;
  /** True the first time this key is seen; else the outcome that was settled then. */
  claim(key: string): Promise<{ first: true } | { first: false; outcome: unknown }>;
  settle(key: string, outcome: unknown): Promise<void>;
  allocateId(): Promise<IncidentId>;
  /** Loads and locks until the transaction ends. */
  lock(id: IncidentId): Promise<StoredIncident | undefined>;
  /** Appends records and replaces the state. Throws when another writer was faster. */
  append(events: RecordedEvent[], after: StoredIncident, wakeAt: Instant | undefined): Promise<void>;
  deliver(deliveries: NewDelivery[]): Promise<void>;
  enqueue(jobs: Job[]): Promise<void>;
}

export interface ListQuery {
  phases: Phase[];
  limit: number;
  /** Private incidents are left out unless this person is in them, or `all`. */
  visibleTo: PersonId | 'all';
  /** False: the total may leave out what is not listed. It spares counting all that ever were. */
  counted?: false;
}

export interface IncidentStore {
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  now(): Promise<Instant>;
  load(id: IncidentId): Promise<StoredIncident | undefined>;
  byChannel(channelId: string): Promise<StoredIncident | undefined>;
  /** The incident that the pager's incident belongs to, by the pager's id or our dedup key. */
  byPager(pagerId: string): Promise<StoredIncident | undefined>;
  /** Newest first. */
  list(query: ListQuery): Promise<{ incidents: Incident[]; total: number }>;
  /** Newest last. `last` keeps only that many from the end. */
  events(id: IncidentId, options?: { last?: number }): Promise<RecordedEvent[]>;
  /** Open incidents whose timer should have fired before this moment. */
  overdue(before: Instant, limit: number): Promise<IncidentId[]>;
  enqueue(jobs: Job[]): Promise<void>;
  /** Forgets the keys of requests older than this: nobody repeats them any more. */
  forgetClaims(before: Instant): Promise<void>;
  /** Length of all chains together; an estimate is enough. */
  recordCount(): Promise<number>;
}

export interface DeliveryStore {
  /** The oldest delivery of the lane that is not settled; joins what may be joined. */
  next(lane: string): Promise<Delivery | undefined>;
  /** Writes the intent to send. False when another worker took it meanwhile. */
  begin(delivery: Delivery): Promise<boolean>;
  sent(delivery: Delivery, receipt: Record<string, string>): Promise<void>;
  /** The attempt certainly had no effect: back to pending, and not to be sent before that moment. */
  release(delivery: Delivery, problem: string, notBefore?: Instant): Promise<void>;
  /** The other side refuses for good; kept with the reason, the lane goes on. */
  giveUp(delivery: Delivery, problem: string): Promise<void>;
  /** Lanes with something waiting since before this moment. */
  waitingLanes(before: Instant): Promise<string[]>;
  /** How many deliveries wait, by lane kind. */
  depth(): Promise<Record<string, number>>;
}

/** What Lifeboat has done to an incident's channel so far; working notes, not evidence. */
export interface ChannelNotes {
  /** Written before the channel is asked for, so that a crash in between is recognised. */
  wantedName?: string;
  /** The channel these notes are about; another one starts with new notes. */
  channelId?: string;
  wantedAt?: Instant;
  cardTs?: string;
  /** Hash of what the card shows; the same hash is not sent again. */
  cardHash?: string;
  cardWantedAt?: Instant;
  pinned?: boolean;
  topic?: string;
  bookmarks?: string[];
}

export interface NotesStore {
  channelNotes(id: IncidentId): Promise<ChannelNotes>;
  saveChannelNotes(id: IncidentId, notes: ChannelNotes): Promise<void>;
  /** Remembers the last good answer of a service, with its time (for when the service is down). */
  remember(key: string, value: unknown): Promise<void>;
  recall(key: string): Promise<{ value: unknown; at: Instant } | undefined>;
}
