import type { IncidentCommand } from '../core/incident/commands.ts';
import type { RecordedEvent } from '../core/incident/events.ts';
import type { Policy } from '../core/incident/policy.ts';
import type { Profile } from '../core/profile/profile.ts';
import type { Requester } from '../core/shared/actor.ts';
import type { IncidentId } from '../core/shared/ids.ts';
import type { IncidentOutcome } from './decide-incident.ts';
import type { Invitation } from './invite-people.ts';
import type { Catalogue } from './ports/catalogue.ts';
import type { Directory } from './ports/chat.ts';
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
  /** The line that tells the last of these events, for a private confirmation. */
  tell(events: RecordedEvent[]): string | undefined;
}
