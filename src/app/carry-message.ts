import type { Post } from '../core/incident/effects.ts';
import type { Policy } from '../core/incident/policy.ts';
import { LIFEBOAT } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import { createCompleteMessage } from './complete-message.ts';
import type { DecideIncident } from './decide-incident.ts';
import type { Carrier } from './deliver-lane.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { Chat } from './ports/chat.ts';
import type { Delivery, IncidentStore, NotesStore } from './ports/store.ts';

/** The channel is opened by another job, which wakes the lane; this is for the case that it does not. */
const CHANNEL_SOON_MS = 1000;
const CHANNEL_LATE_MS = 30_000;

/** Not sent because there is no longer a reason to; nobody misses it. */
const OVERTAKEN = 'overtaken';

/** Carries messages to the incident's channel, to broadcast channels and to single people. */
export function createMessageCarrier(deps: {
  chat: Chat;
  catalogue: Catalogue;
  store: IncidentStore;
  notes: NotesStore;
  decide: DecideIncident;
  policy: Policy;
}): Carrier {
  const { chat, catalogue, store } = deps;
  const complete = createCompleteMessage(deps);

  async function destination(delivery: Delivery): Promise<string | 'wait' | undefined> {
    const { op } = delivery;
    if (op.kind !== 'post') return undefined;
    switch (op.audience.to) {
      case 'channel': {
        const stored = await store.load(delivery.incidentId);
        return stored?.incident.channel?.id ?? 'wait';
      }
      case 'broadcast':
        return chat.resolveChannel(op.audience.channel);
      case 'person':
        return op.audience.person.slack ? chat.openDirect(op.audience.person.slack) : undefined;
    }
  }

  /** A call or a reminder that waited until the incident was over wakes somebody for nothing. */
  async function isOver(delivery: Delivery, message: Post): Promise<boolean> {
    if (message.id !== 'nudge' && message.id !== 'rung-call') return false;
    return (await store.load(delivery.incidentId))?.incident.phase !== 'open';
  }

  return {
    async find(delivery) {
      const channel = await destination(delivery);
      if (!channel || channel === 'wait') return undefined;
      const found = await chat.findPosted(channel, delivery.key, delivery.createdAt);
      return found && { channel, ts: found.ts };
    },

    async send(delivery, now) {
      const { op } = delivery;
      if (op.kind !== 'post') throw new Error(`not a message: ${op.kind}`);
      if (await isOver(delivery, op.message)) return { kind: 'undeliverable', problem: OVERTAKEN };
      const channel = await destination(delivery);
      if (channel === 'wait') {
        const afterMs = Math.min(CHANNEL_LATE_MS, CHANNEL_SOON_MS * 2 ** Math.min(delivery.attempts, 10));
        return { kind: 'later', afterMs, problem: 'channel_not_open' };
      }
      if (!channel) return { kind: 'undeliverable', problem: 'nowhere_to_post' };
      const post = await complete(op.message, delivery, now);
      if (post === 'wait') return { kind: 'later', afterMs: CHANNEL_SOON_MS, problem: 'channel_not_open' };
      const { ts } = await chat.post(channel, catalogue.render(post.id, post.vars as never), delivery.key);
      return { kind: 'sent', receipt: { channel, ts } };
    },

    async onTrouble(delivery, problem, final) {
      if (!final || problem === OVERTAKEN || delivery.op.kind !== 'post') return;
      const { audience, message } = delivery.op;
      const where =
        audience.to === 'broadcast'
          ? audience.channel
          : audience.to === 'person'
            ? audience.person.name
            : 'channel';
      await deps.decide({
        key: `undeliverable:${delivery.id}`,
        id: delivery.incidentId as IncidentId,
        command: { type: 'record_undeliverable', message: message.id, where, problem },
        actor: LIFEBOAT,
        capabilities: [],
      });
      if (where !== 'channel' || problem !== 'is_archived') return;
      // Slack also tells by an event; this is for the event that never came.
      await deps.decide({
        key: `archived:${delivery.id}`,
        id: delivery.incidentId,
        command: { type: 'record_archived' },
        actor: LIFEBOAT,
        capabilities: [],
      });
    },
  };
}
