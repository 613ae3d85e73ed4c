import { randomBytes } from 'node:crypto';
import type { Clock } from './types.ts';

/** What a trigger id entitles to: a modal for this person, on top of this view if there is one. */
export interface Trigger {
  userId: string;
  viewId: string | undefined;
}

/** Single-use handles that live three seconds, as Slack gives them with every interaction. */
export interface Triggers {
  issue(userId: string, viewId?: string): string;
  /** Uses a trigger up, or says in Slack's word why it is no good. */
  exchange(triggerId: string): { trigger: Trigger } | { error: TriggerError };
}

/** Slack's refusals of a trigger id. */
export type TriggerError = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';

/** How long a trigger id lives, in milliseconds. */
export const TRIGGER_LIFE_MS = 3_000;
const KEPT = 5_000;

/** Keeps the last few thousand triggers, so that "used" and "too late" can be told apart. */
export function createTriggers(now: Clock): Triggers {
  const issued = new Map<string, Trigger & { expiresAt: number; used: boolean }>();
  return {
    issue(userId, viewId) {
      const id = `${now()}.${issued.size}.${randomBytes(12).toString('hex')}`;
      issued.set(id, { userId, viewId, expiresAt: now() + TRIGGER_LIFE_MS, used: false });
      if (issued.size > KEPT) {
        const oldest = issued.keys().next();
        if (!oldest.done) issued.delete(oldest.value);
      }
      return id;
    },
    exchange(triggerId) {
      const found = issued.get(triggerId);
      if (!found) return { error: 'invalid_trigger_id' };
      if (found.used) return { error: 'exchanged_trigger_id' };
      if (now() >= found.expiresAt) return { error: 'expired_trigger_id' };
      found.used = true;
      return { trigger: { userId: found.userId, viewId: found.viewId } };
    },
  };
}
