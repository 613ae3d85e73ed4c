import type { z } from 'zod';
import type { NotesStore } from '../../app/ports/store.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import type { Log } from '../../lib/redact.ts';

export type Memory = Pick<NotesStore, 'remember' | 'recall'>;

/** What a service said last, or why nothing recent enough is known. */
export type Known<T> = { ok: true; value: T } | { ok: false; problem: string };

/** One answer of a service, kept for a while and, if the service fails, a while longer. */
export interface LastKnown<T> {
  get(): Promise<Known<T>>;
  /** The last answer, however old; never asks. */
  peek(): T | undefined;
  /** Takes an answer that came another way, such as with an event. */
  put(value: T): void;
  /** The next `get` asks again; the old answer stays for the case that this fails. */
  forget(): void;
}

/** How old an answer may be, in milliseconds. */
export interface Ages {
  /** Up to here it counts as new. */
  freshMs: number;
  /** Up to here it is used while a new one is fetched in the background. */
  staleMs: number;
  /** Up to here it is used when no new one can be had. */
  limitMs: number;
}

export interface LastKnownOptions<T> {
  /** Under which the answer is remembered across restarts. */
  key: string;
  schema: z.ZodType<T>;
  read(): Promise<T>;
  ages: Ages;
  memory: Memory;
  now(): number;
  log: Log;
}

/** After a failure the service is left alone for this long, so that nobody waits for one time-out after another. */
const LEAVE_ALONE_MS = 10_000;

interface Answer<T> {
  value: T;
  at: number;
}

/** Nothing is read before the first `get`; several callers at once cause one read. */
export function createLastKnown<T>(options: LastKnownOptions<T>): LastKnown<T> {
  const { ages, now, log } = options;
  let last: Answer<T> | undefined;
  let isForgotten = false;
  let generation = 0;
  let reading: { generation: number; done: Promise<string | undefined> } | undefined;
  let failure: { problem: string; at: number } | undefined;

  const ageOf = (answer: Answer<T> | undefined) => (answer ? now() - answer.at : Number.POSITIVE_INFINITY);

  /** Says what went wrong, if something did. A read from before `forget` may be out of date: not joined. */
  function refresh(): Promise<string | undefined> {
    if (reading?.generation === generation) return reading.done;
    const own = { generation, done: readOnce(generation) };
    reading = own;
    void own.done.finally(() => {
      if (reading === own) reading = undefined;
    });
    return own.done;
  }

  async function readOnce(started: number): Promise<string | undefined> {
    const at = now();
    try {
      const value = await options.read();
      if (last && last.at > at) return undefined;
      last = { value, at };
      failure = undefined;
      if (started === generation) isForgotten = false;
      rememberInBackground(value);
      return undefined;
    } catch (error) {
      const problem = error instanceof UpstreamError ? error.code : 'internal_error';
      failure = { problem, at: now() };
      log.warn({ key: options.key, err: error }, 'could not read from a service, using what was known');
      last ??= await recall(options);
      return problem;
    }
  }

  function rememberInBackground(value: T): void {
    options.memory.remember(options.key, value).catch((err: unknown) => {
      log.warn({ key: options.key, err }, 'could not remember the answer of a service');
    });
  }

  return {
    async get() {
      const mayAsk = !failure || now() - failure.at >= LEAVE_ALONE_MS;
      if (last && !isForgotten && ageOf(last) <= ages.freshMs) return { ok: true, value: last.value };
      // While the service fails, nobody waits for it who can do with what was known.
      const mayServe =
        (!isForgotten && ageOf(last) <= ages.staleMs) || (failure && ageOf(last) <= ages.limitMs);
      if (last && mayServe) {
        if (mayAsk) void refresh();
        return { ok: true, value: last.value };
      }
      const problem = mayAsk ? await refresh() : failure?.problem;
      if (last && ageOf(last) <= ages.limitMs) return { ok: true, value: last.value };
      return { ok: false, problem: problem ?? 'no_recent_answer' };
    },
    peek: () => last?.value,
    put(value) {
      last = { value, at: now() };
      isForgotten = false;
      rememberInBackground(value);
    },
    forget() {
      isForgotten = true;
      failure = undefined;
      generation += 1;
    },
  };
}

async function recall<T>({ key, schema, memory, log }: LastKnownOptions<T>): Promise<Answer<T> | undefined> {
  try {
    const recalled = await memory.recall(key);
    const value = schema.safeParse(recalled?.value);
    return recalled && value.success ? { value: value.data, at: Date.parse(recalled.at) } : undefined;
  } catch (err) {
    log.warn({ key, err }, 'could not recall the last answer of a service');
    return undefined;
  }
}
