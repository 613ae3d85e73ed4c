import type { Job } from '../../src/app/ports/store.ts';
import type { Instant } from '../../src/core/shared/time.ts';
import type { FakeClock } from './clock.ts';

/** The jobs that wait, oldest first. */
export interface MemoryJobs {
  waiting: Job[];
  add(jobs: Job[]): void;
  /** As `enqueue` outside of a transaction: leaves out what waits anyway and starts no later. */
  addUnlessWaiting(jobs: Job[]): void;
  /** Takes the first job that may start now. */
  take(): Job | undefined;
  /** When the next job may start. */
  nextStart(): Instant | undefined;
}

export function createMemoryJobs({ clock }: { clock: FakeClock }): MemoryJobs {
  const waiting: Job[] = [];
  const invited = new Set<string>();
  const startOf = (job: Job) => ('startAfter' in job && job.startAfter) || '';

  function isRepeat(job: Job): boolean {
    if (job.queue !== 'invite') return waiting.some((other) => JSON.stringify(other) === JSON.stringify(job));
    if (invited.has(job.data.key)) return true;
    invited.add(job.data.key);
    return false;
  }

  return {
    waiting,
    add(jobs) {
      for (const job of jobs) if (!isRepeat(job)) waiting.push(job);
    },
    addUnlessWaiting(jobs) {
      for (const job of jobs) {
        const same = (other: Job) =>
          other.queue === job.queue &&
          JSON.stringify(other.data) === JSON.stringify(job.data) &&
          startOf(other) <= (startOf(job) || clock.now());
        if (!waiting.some(same) && !isRepeat(job)) waiting.push(job);
      }
    },
    take() {
      const index = waiting.findIndex((job) => startOf(job) <= clock.now());
      return index < 0 ? undefined : waiting.splice(index, 1)[0];
    },
    nextStart() {
      const starts = waiting.map((job) => startOf(job) || clock.now());
      return starts.sort()[0];
    },
  };
}
