import { z } from 'zod';
import type { Instant } from '../core/shared/time.ts';
import type { OnCallPerson, Pager } from './ports/pager.ts';
import type { NotesStore } from './ports/store.ts';

const KEY = 'on-call';

const Remembered = z.array(
  z.object({
    name: z.string(),
    email: z.string().optional(),
    phone: z.string().optional(),
    level: z.number(),
    via: z.string(),
  }),
);

/** Asks the pager who is on call and keeps the answer, for the day the pager itself is down. */
export function createRememberOnCall(deps: {
  pager: Pager;
  notes: NotesStore;
  query: { escalationPolicyIds: string[]; scheduleIds: string[] };
}): (signal?: AbortSignal) => Promise<void> {
  return async (signal) => {
    const { escalationPolicyIds, scheduleIds } = deps.query;
    if (escalationPolicyIds.length + scheduleIds.length === 0) return;
    const people: OnCallPerson[] = await deps.pager.onCall(deps.query, signal);
    await deps.notes.remember(KEY, people);
  };
}

export async function recallOnCall(
  notes: NotesStore,
): Promise<{ people: z.infer<typeof Remembered>; at: Instant } | undefined> {
  const known = await notes.recall(KEY);
  const people = Remembered.safeParse(known?.value);
  return known && people.success ? { people: people.data, at: known.at } : undefined;
}
