import { randomBytes } from 'node:crypto';
import type { CastMember } from './cast.ts';
import type { StandInSettings, User } from './pagerduty/types.ts';
import type { ProfileWorld } from './profile-world.ts';

/** A PagerDuty account that fits a profile, and what the bot needs to use it. */
export interface PagerAccount {
  settings: StandInSettings;
  /** E-mail address of the account the bot writes as. */
  from: string;
  routingKey: string;
  webhookSecret: string;
}

const BOT: User = { id: 'PBOT001', name: 'Lifeboat', email: 'lifeboat@example.com' };
/** The service the bot's own pages go to. */
const PAGES = 'PDISASTER';

/** Everybody with an e-mail address has an account; the first three are on call, one after the other. */
export function pagerAccountOf(profile: ProfileWorld, members: readonly CastMember[]): PagerAccount {
  const users = members.filter(({ email, isGuest }) => email && !isGuest).map(userOf);
  const { services, escalationPolicies, schedules } = profile.pagerduty;
  const policies = escalationPolicies.length > 0 ? escalationPolicies : ['PPOL001'];
  const levels = users.slice(0, 3).map(({ id }) => [id]);
  const routingKey = randomBytes(16).toString('hex');
  const webhookSecret = randomBytes(24).toString('hex');
  const policy = policies[0] as string;
  return {
    from: BOT.email,
    routingKey,
    webhookSecret,
    settings: {
      users: [...users, BOT],
      services: [
        ...services.map(({ id, name }) => ({ id, name, escalationPolicyId: policy })),
        { id: PAGES, name: 'Disaster response', escalationPolicyId: policy },
      ],
      escalationPolicies: policies.map((id) => ({ id, name: 'Production on call', levels })),
      schedules: scheduleIds(profile, schedules).map((id) => ({
        id,
        name: 'On call',
        userId: (users[0] ?? BOT).id,
      })),
      apiToken: randomBytes(10).toString('hex'),
      routingKeys: { [routingKey]: PAGES },
    },
  };
}

function userOf(member: CastMember, index: number): User {
  const phone = /^\+(\d{1,3})[\s-]?(.+)$/.exec(member.phone ?? '');
  return {
    id: `PUSER${String(index + 1).padStart(2, '0')}`,
    name: member.name,
    email: member.email as string,
    ...(phone ? { phone: { countryCode: Number(phone[1]), number: (phone[2] as string).trim() } } : {}),
  };
}

function scheduleIds(profile: ProfileWorld, schedules: readonly string[]): string[] {
  const inRoles = Object.values(profile.roles)
    .flatMap(({ members }) => members)
    .flatMap((member) => /^pagerduty:schedule:(\w+)$/.exec(member)?.[1] ?? []);
  return [...new Set([...schedules, ...inRoles])];
}
