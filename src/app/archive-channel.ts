import { LIFEBOAT } from '../core/shared/actor.ts';
import type { DecideIncident } from './decide-incident.ts';
import type { Carrier } from './deliver-lane.ts';
import type { Chat } from './ports/chat.ts';
import type { IncidentStore } from './ports/store.ts';

/** Archives the channel of a closed incident, after everything that was to be said there. */
export function createArchiveCarrier(deps: {
  chat: Chat;
  store: IncidentStore;
  decide: DecideIncident;
}): Carrier {
  return {
    find: async () => undefined,
    async send(delivery) {
      const stored = await deps.store.load(delivery.incidentId);
      const channel = stored?.incident.channel;
      if (!channel) return { kind: 'undeliverable', problem: 'no_channel' };
      await deps.chat.archive(channel.id);
      return { kind: 'sent', receipt: { channel: channel.id } };
    },
    async onSent(delivery) {
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
