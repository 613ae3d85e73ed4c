import type { Policy } from '../core/incident/policy.ts';
import { createArchiveCarrier } from './archive-channel.ts';
import { createMessageCarrier } from './carry-message.ts';
import { createPageCarrier } from './carry-page.ts';
import type { DecideIncident } from './decide-incident.ts';
import type { Carrier } from './deliver-lane.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { Chat } from './ports/chat.ts';
import type { Pager } from './ports/pager.ts';
import type { Delivery, IncidentStore, NotesStore } from './ports/store.ts';

/** Who takes which delivery outside. */
export function createCarrierOf(deps: {
  chat: Chat;
  pager: Pager;
  catalogue: Catalogue;
  store: IncidentStore;
  notes: NotesStore;
  decide: DecideIncident;
  policy: Policy;
}): (delivery: Delivery) => Carrier {
  const message = createMessageCarrier(deps);
  const page = createPageCarrier(deps);
  const archive = createArchiveCarrier(deps);
  return ({ op }) => {
    switch (op.kind) {
      case 'post':
        return message;
      case 'archive_channel':
        return archive;
      case 'page':
      case 'pager_note':
      case 'pager_acknowledge':
      case 'pager_resolve':
        return page;
    }
  };
}
