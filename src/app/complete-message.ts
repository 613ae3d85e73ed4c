import type { Post } from '../core/incident/effects.ts';
import type { Policy } from '../core/incident/policy.ts';
import { viewIncident } from '../core/incident/view.ts';
import { type Instant, msBetween } from '../core/shared/time.ts';
import type { Delivery, IncidentStore, NotesStore } from './ports/store.ts';
import { recallOnCall } from './remember-on-call.ts';

/** An update that leaves later than this after it was due says so, in milliseconds. */
const LATE_AFTER_MS = 60_000;
/** How long an announcement waits for the channel that it leads to, in milliseconds. */
const CHANNEL_PATIENCE_MS = 10_000;

type PostOf<Id extends Post['id']> = Extract<Post, { id: Id }>;

/**
 * Adds to a message what is only known when it leaves: the channel that was opened meanwhile, how late it
 * is, who is on call by the pager's last good answer. `wait`: come back in a moment.
 */
export function createCompleteMessage(deps: { store: IncidentStore; notes: NotesStore; policy: Policy }) {
  const { store, notes, policy } = deps;

  async function announcement(post: PostOf<'broadcast-declared'>, delivery: Delivery, now: Instant) {
    if (post.vars.incident.channelId) return post;
    const channel = (await store.load(delivery.incidentId))?.incident.channel;
    if (!channel) return msBetween(delivery.createdAt, now) < CHANNEL_PATIENCE_MS ? 'wait' : post;
    const incident = { ...post.vars.incident, channelId: channel.id, channelName: channel.name };
    return { ...post, vars: { incident } };
  }

  async function update(
    post: PostOf<'status-update' | 'broadcast-status'>,
    delivery: Delivery,
    now: Instant,
  ): Promise<Post> {
    const { slot, trigger } = post.vars.update;
    const lateMs = msBetween(slot ?? delivery.createdAt, now);
    const joined = delivery.joined > 0 ? { joined: delivery.joined } : {};
    if (lateMs <= LATE_AFTER_MS) return { ...post, vars: { ...post.vars, ...joined } };
    const late = { ...post.vars, ...joined, lateMs };
    const stored = trigger === 'slot' ? await store.load(delivery.incidentId) : undefined;
    if (!stored) return { ...post, vars: late };
    // Nobody wrote this one: it tells how things stand now, not how they stood when it was due.
    const incident = viewIncident(stored.incident, policy, now);
    return {
      ...post,
      vars: { ...late, incident, update: { ...late.update, nextDueAt: incident.nextDueAt } },
    };
  }

  return async (post: Post, delivery: Delivery, now: Instant): Promise<Post | 'wait'> => {
    switch (post.id) {
      case 'broadcast-declared':
        return announcement(post, delivery, now);
      case 'status-update':
      case 'broadcast-status':
        return update(post, delivery, now);
      case 'pager-unreachable': {
        const known = await recallOnCall(notes);
        return { ...post, vars: { ...post.vars, onCall: known?.people, onCallAsOf: known?.at } };
      }
      default:
        return post;
    }
  };
}
