import type { Directory } from '../../src/app/ports/chat.ts';
import { capabilitiesOf } from '../../src/core/profile/lookup.ts';
import type { Profile } from '../../src/core/profile/profile.ts';
import type { PersonView, Standing } from '../../src/core/shared/actor.ts';
import { personId } from '../../src/core/shared/ids.ts';

interface Known {
  person: PersonView;
  standing: Standing;
  roles: string[];
}

/** People with their roles, and the trouble of finding out about them. */
export interface FakeDirectory extends Directory {
  add(person: PersonView, known?: Partial<Known>): void;
  /** Set while nobody's roles can be read, with the reason. */
  unreadable: string | undefined;
  forgotten: number;
}

export function createFakeDirectory({ profile }: { profile: Profile }): FakeDirectory {
  const known = new Map<string, Known>();

  return {
    unreadable: undefined,
    forgotten: 0,
    add(person, { standing = 'member', roles = [] } = {}) {
      known.set(person.slack ?? person.id, { person, standing, roles });
    },
    async requester({ userId }) {
      const found = known.get(userId);
      if (!found) {
        const person = { id: personId(userId), name: userId, slack: userId };
        return {
          person,
          standing: 'unknown',
          roles: [],
          capabilities: [],
          rolesUnreadable: 'user_not_found',
        };
      }
      const { person, standing } = found;
      const roles = this.unreadable === undefined ? found.roles : [];
      const capabilities =
        this.unreadable === undefined ? capabilitiesOf(profile, standing, roles) : ['read' as const];
      return {
        person,
        standing,
        roles,
        capabilities,
        ...(this.unreadable === undefined ? {} : { rolesUnreadable: this.unreadable }),
      };
    },
    async roleMembers(role) {
      if (this.unreadable !== undefined) return { people: [], problem: `${role}: ${this.unreadable}` };
      const people = [...known.values()].filter(({ roles }) => roles.includes(role));
      return { people: people.map(({ person }) => person) };
    },
    async person({ userId }) {
      return known.get(userId)?.person ?? { id: personId(userId), name: userId, slack: userId };
    },
    forget() {
      this.forgotten += 1;
    },
  };
}
