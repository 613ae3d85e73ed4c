import type { IncidentCommand } from '../core/incident/commands.ts';
import { entryOf } from '../core/incident/effects.ts';
import type { RecordedEvent } from '../core/incident/events.ts';
import type { Policy } from '../core/incident/policy.ts';
import type { Profile } from '../core/profile/profile.ts';
import { actorOf, type Capability, type Requester } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import type { DecideIncident, IncidentOutcome } from './decide-incident.ts';
import type { Invitation } from './invite-people.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { Directory } from './ports/chat.ts';
import type { IncidentStore } from './ports/store.ts';
import type { ReadIncidents } from './read-incidents.ts';
import type { ReadRecord } from './read-record.ts';

/** Everything a command can ask for. What a person asks is always asked in that person's name. */
export interface UseCases {
  decide(ask: {
    key: string;
    id?: IncidentId;
    command: IncidentCommand;
    requester: Requester;
    screenId?: string;
  }): Promise<IncidentOutcome>;
  read: ReadIncidents;
  record: ReadRecord;
  invite(invitation: Invitation): Promise<void>;
  directory: Directory;
  policy: Policy;
  profile: Profile;
  words: Pick<Catalogue, 'form'>;
  /** The commands this person may run. */
  commands(requester: Requester): { name: string; usage: string; summary: string }[];
  /** The line that tells the first of these events, for a private confirmation. */
  tell(events: RecordedEvent[]): string | undefined;
}

/** A command somebody may or may not run. */
interface Offered {
  name: string;
  usage: string;
  summary: string;
  capability: Capability;
}

export function createUseCases(
  deps: Pick<UseCases, 'read' | 'record' | 'directory' | 'policy' | 'profile'> & {
    decide: DecideIncident;
    store: IncidentStore;
    catalogue: Catalogue;
    commands: readonly Offered[];
  },
): UseCases {
  const { decide, store, catalogue, commands, ...shared } = deps;
  return {
    ...shared,
    decide: ({ requester, ...ask }) =>
      decide({ ...ask, actor: actorOf(requester), capabilities: requester.capabilities }),
    invite: (invitation) => store.enqueue([{ queue: 'invite', data: invitation }]),
    words: catalogue,
    commands: (requester) => commands.filter(({ capability }) => requester.capabilities.includes(capability)),
    tell: (events) => events.map((event) => catalogue.line(entryOf(event))).at(0),
  };
}
