import type { PersonId } from './ids.ts';

/** A person as messages show them: a mention where a chat account is known, else the name. */
export interface PersonView {
  id: PersonId;
  name: string;
  /** The chat account to mention; never used to decide who may do what. */
  slack?: string;
}

/** Who did something. `lifeboat` is the bot itself (a timer, a repair); `pagerduty` is a webhook. */
export type Actor =
  | ({ kind: 'person' } & PersonView)
  | { kind: 'lifeboat' }
  | { kind: 'pagerduty'; name?: string };

export const LIFEBOAT: Actor = { kind: 'lifeboat' };

export function viewOf(actor: Actor): PersonView | undefined {
  return actor.kind === 'person'
    ? { id: actor.id, name: actor.name, ...(actor.slack ? { slack: actor.slack } : {}) }
    : undefined;
}

/** What an account is in the workspace. Only `member` may ever act; everybody human may read. */
export type Standing = 'member' | 'guest' | 'external' | 'bot' | 'deactivated' | 'unknown';

/** The capabilities a profile grants to roles. `read` is everybody's. */
export type Capability = 'read' | 'declare' | 'respond' | 'command' | 'configure';

/** A person at the moment of acting: identity, standing, and what the profile lets them do. */
export interface Requester {
  person: PersonView;
  standing: Standing;
  roles: string[];
  capabilities: Capability[];
  /** Why some roles could not be read; what only they could grant is not among the capabilities. */
  rolesUnreadable?: string;
}

export function actorOf(requester: Requester): Actor {
  return { kind: 'person', ...requester.person };
}
