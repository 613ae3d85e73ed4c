import type { Member, Person } from '../../core/profile/people.ts';
import { assertNever } from '../../core/shared/assert-never.ts';
import type { Rota, Sources } from './role-sources.ts';

/** Whoever sits in a role, as its source names them. */
export type Seat =
  | { kind: 'person'; id: string }
  | { kind: 'account'; userId: string }
  | { kind: 'on-call'; name: string; email: string | undefined };

export interface Seats {
  seats: Seat[];
  /** What is wrong, in words. */
  problem?: string;
  /** The source could not be read: there may be more seats. */
  isUnreadable?: boolean;
}

/** Somebody we want to find in a role, with all their accounts and addresses. */
export interface Sought {
  person: Person | undefined;
  userIds: string[];
  /** In lower case. */
  emails: string[];
}

/** Who one entry of a role stands for now. */
export function seatsOf(member: Member, sources: Sources): Seats {
  switch (member.kind) {
    case 'person':
      return { seats: [{ kind: 'person', id: member.person }] };
    case 'account':
      return { seats: [{ kind: 'account', userId: member.slack }] };
    case 'group':
      return groupSeats(member.id, ({ id }) => id === member.id, sources);
    case 'group-handle':
      return groupSeats(`@${member.handle}`, ({ handle }) => handle === member.handle, sources);
    case 'schedule':
    case 'policy':
      return onCallSeats(member, sources);
    default:
      return assertNever(member);
  }
}

function groupSeats(
  name: string,
  isMeant: (group: { id: string; handle: string }) => boolean,
  { groups }: Sources,
): Seats {
  if (!groups.ok) {
    const problem = `the Slack user group ${name} could not be read (${groups.problem})`;
    return { seats: [], problem, isUnreadable: true };
  }
  const group = groups.value.find(isMeant);
  if (!group) return { seats: [], problem: `there is no Slack user group ${name}` };
  if (group.isDisabled) return { seats: [], problem: `the Slack user group ${name} is disabled` };
  return { seats: group.members.map((userId) => ({ kind: 'account', userId })) };
}

function onCallSeats(rota: Rota, sources: Sources): Seats {
  const known = sources.onCall(rota);
  if (known.ok) return { seats: known.value.map(({ name, email }) => ({ kind: 'on-call', name, email })) };
  const what = rota.kind === 'schedule' ? 'the PagerDuty schedule' : 'the PagerDuty escalation policy';
  return {
    seats: [],
    problem: `${what} ${rota.id} could not be read (${known.problem})`,
    isUnreadable: true,
  };
}

/** One person is found under any of their accounts and addresses. */
export function sitsIn(seat: Seat, sought: Sought): boolean {
  switch (seat.kind) {
    case 'person':
      return sought.person?.id === seat.id;
    case 'account':
      return sought.userIds.includes(seat.userId);
    case 'on-call':
      return seat.email !== undefined && sought.emails.includes(seat.email.toLowerCase());
    default:
      return assertNever(seat);
  }
}
