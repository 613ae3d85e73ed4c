import { createHash } from 'node:crypto';
import type { JobInsert, QueueOptions, QueuePolicy } from 'pg-boss';
import type { AnyQueue, Job } from '../../app/ports/store.ts';
import type { Instant } from '../../core/shared/time.ts';

interface QueueRules {
  /**
   * `key_strict_fifo`: of one key only one job runs at a time, in any process, and a failed one is
   * repeated before the next. Every wake-up is kept: leaving one out because another waits would lose it
   * when that one starts before the transaction of the new one has ended. (`stately` would leave it out,
   * lets one key hold up all others, and skips keys by a list that is seconds old.)
   * `short`: a job is left out when one of the same key waits.
   * `exclusive`: also when one of the same key runs.
   */
  policy: QueuePolicy;
  /** A handler that takes longer than this is given up and repeated, in seconds. */
  expireInSeconds: number;
  /** How long a job that is done is remembered, in seconds. */
  deleteAfterSeconds?: number;
}

export const QUEUES: Record<AnyQueue, QueueRules> = {
  tick: { policy: 'short', expireInSeconds: 60 },
  deliver: { policy: 'key_strict_fifo', expireInSeconds: 300 },
  'sync-channel': { policy: 'key_strict_fifo', expireInSeconds: 120 },
  // A day: the id is made of the key, so a repeat is left out as long as the first is remembered.
  invite: { policy: 'standard', expireInSeconds: 300, deleteAfterSeconds: 86_400 },
  'call-rung': { policy: 'standard', expireInSeconds: 120 },
  home: { policy: 'short', expireInSeconds: 60 },
  sweep: { policy: 'exclusive', expireInSeconds: 120 },
};

export const QUEUE_NAMES = Object.keys(QUEUES) as AnyQueue[];

const TEN_YEARS = 10 * 365 * 86_400;
/** The largest number that pg-boss can store: a job is repeated until it succeeds. */
const FOR_EVER = 2_147_483_647;
/** The least that pg-boss allows. */
const HEARTBEAT_SECONDS = 10;

/** Everything about a queue that may change after it was made. */
export function queueOptions(queue: AnyQueue): QueueOptions {
  const { expireInSeconds, deleteAfterSeconds = 60 } = QUEUES[queue];
  return {
    expireInSeconds,
    deleteAfterSeconds,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    retryLimit: FOR_EVER,
    // At once after the death of a replica; after a failure the worker sets a pause.
    retryDelay: 0,
    retryBackoff: false,
    retentionSeconds: TEN_YEARS,
  };
}

/** The job as pg-boss stores it. */
export function toInsert(job: Job): JobInsert {
  const insert: JobInsert = { data: job.data };
  const startAfter = startOf(job);
  if (startAfter !== undefined) insert.startAfter = startAfter;
  const key = keyOf(job);
  if (key !== undefined) insert.singletonKey = key;
  if (job.queue === 'invite') insert.id = idOf(`${job.queue} ${job.data.key}`);
  return insert;
}

/** What a job is about; jobs of one queue with the same key do the same. */
export function keyOf(job: Job): string | undefined {
  switch (job.queue) {
    case 'tick':
      // One incident may have several ticks, each at its own time.
      return `${job.data.incidentId} ${job.startAfter ?? 'now'}`;
    case 'deliver':
      return job.data.lane;
    case 'sync-channel':
      return job.data.incidentId;
    case 'home':
      return `${job.data.teamId} ${job.data.userId}`;
    default:
      return undefined;
  }
}

/** When the job may start; undefined means at once. */
export function startOf(job: Job): Instant | undefined {
  return 'startAfter' in job ? job.startAfter : undefined;
}

/**
 * The key of a job that does, when it starts, what many others of the same key wait to do; nothing where
 * seldom more than one waits. All incidents wake the lane of a broadcast channel, and one run drains it.
 */
export function sharedKeyOf(queue: AnyQueue, data: object): string | undefined {
  const lane = queue === 'deliver' && 'lane' in data ? String(data.lane) : '';
  return lane.startsWith('channel:') ? lane : undefined;
}

function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  // Marked as a UUID of version 8: made by a scheme of our own.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
