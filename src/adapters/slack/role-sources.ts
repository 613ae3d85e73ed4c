import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Member } from '../../core/profile/people.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { Log } from '../../lib/redact.ts';
import { type Ages, createLastKnown, type Known, type LastKnown, type Memory } from './last-known.ts';
import { createUserGroups, type UserGroup } from './user-groups.ts';

/** Somebody on call, as the pager knows them. */
export const OnCallEntry = z.object({ name: z.string(), email: z.string().optional() });
export type OnCallEntry = z.infer<typeof OnCallEntry>;

/** A schedule or escalation policy of the pager. */
export type Rota = Extract<Member, { kind: 'schedule' | 'policy' }>;

/** Who is on call now. Rejects when that cannot be read; should answer within a second or two. */
export type OnCallReader = (rota: Rota) => Promise<OnCallEntry[]>;

/** Everything outside the profile that says who holds its roles. */
export interface Sources {
  groups: Known<UserGroup[]>;
  onCall(rota: Rota): Known<OnCallEntry[]>;
}

export interface RoleSources {
  /** What these roles need. */
  read(roles: string[]): Promise<Sources>;
  forget(): void;
}

const ON_CALL_AGES: Ages = { freshMs: 60_000, staleMs: 5 * 60_000, limitMs: 15 * 60_000 };
const NOT_READ: Known<never> = { ok: false, problem: 'not_read' };

export function createRoleSources(deps: {
  client: WebClient;
  profile: Profile;
  onCall: OnCallReader;
  memory: Memory;
  now(): number;
  log: Log;
}): RoleSources {
  const { client, profile, onCall, ...shared } = deps;
  const groups = createUserGroups({ ...shared, client, isWanted: namedIn(profile) });
  const rotas = new Map<string, LastKnown<OnCallEntry[]>>();
  for (const rota of membersOf(profile, Object.keys(profile.roles)).filter(isRota)) {
    const key = rotaKey(rota);
    const schema = z.array(OnCallEntry);
    rotas.set(key, createLastKnown({ ...shared, key, schema, ages: ON_CALL_AGES, read: () => onCall(rota) }));
  }

  return {
    async read(roles) {
      const members = membersOf(profile, roles);
      const [knownGroups, ...lists] = await Promise.all([
        members.some(isGroup) ? groups.get() : { ok: true as const, value: [] },
        ...members.filter(isRota).map(async (rota) => [rotaKey(rota), await read(rotas, rota)] as const),
      ]);
      const byRota = new Map(lists);
      return { groups: knownGroups, onCall: (rota) => byRota.get(rotaKey(rota)) ?? NOT_READ };
    },
    forget() {
      groups.forget();
      for (const rota of rotas.values()) rota.forget();
    },
  };
}

function read(rotas: Map<string, LastKnown<OnCallEntry[]>>, rota: Rota): Promise<Known<OnCallEntry[]>> {
  return rotas.get(rotaKey(rota))?.get() ?? Promise.resolve(NOT_READ);
}

function membersOf(profile: Profile, roles: string[]): Member[] {
  return roles.flatMap((role) => profile.roles[role]?.members ?? []);
}

function namedIn(profile: Profile) {
  const members = membersOf(profile, Object.keys(profile.roles));
  const ids = new Set(members.flatMap((member) => (member.kind === 'group' ? [member.id] : [])));
  const handles = new Set(
    members.flatMap((member) => (member.kind === 'group-handle' ? [member.handle] : [])),
  );
  return (group: { id: string; handle: string }) => ids.has(group.id) || handles.has(group.handle);
}

function isGroup(member: Member): boolean {
  return member.kind === 'group' || member.kind === 'group-handle';
}

function isRota(member: Member): member is Rota {
  return member.kind === 'schedule' || member.kind === 'policy';
}

function rotaKey(rota: Rota): string {
  return `on-call:${rota.kind}:${rota.id}`;
}
