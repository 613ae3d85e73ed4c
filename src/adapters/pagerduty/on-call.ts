import type { OnCallPerson } from '../../app/ports/pager.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import type { Deadline } from './deadline.ts';
import { replyFault } from './faults.ts';
import type { RestClient } from './rest-client.ts';
import { type ContactMethod, ContactMethodList, type OnCallEntry, OnCallList } from './schema.ts';

const PAGE_SIZE = 100;
/** PagerDuty refuses an offset beyond 10,000. */
const MAX_PAGES = 100;

interface Duty {
  userId: string;
  name: string;
  email: string | undefined;
  level: number;
  via: string;
}

/** Who is on call now, once per person and policy or schedule, lowest level first, with phone numbers. */
export async function readOnCall(
  rest: RestClient,
  query: { escalationPolicyIds: string[]; scheduleIds: string[] },
  deadline: Deadline,
): Promise<OnCallPerson[]> {
  // Two questions, not one with both filters: PagerDuty would answer who is in both. And never without a
  // filter: that would be everybody.
  const byPolicy = await readEntries(rest, 'escalation_policy_ids[]', query.escalationPolicyIds, deadline);
  const bySchedule = await readEntries(rest, 'schedule_ids[]', query.scheduleIds, deadline);
  const duties = onePerPlace([
    ...byPolicy.map((entry) => dutyOf(entry, entry.escalation_policy?.summary)),
    ...bySchedule.map((entry) => dutyOf(entry, entry.schedule?.summary)),
  ]);

  const phones = await readPhones(rest, new Set(duties.map((duty) => duty.userId)), deadline);
  return duties.map(({ userId, ...duty }) => ({ ...duty, phone: phones.get(userId) }));
}

async function readEntries(
  rest: RestClient,
  filter: string,
  ids: string[],
  deadline: Deadline,
): Promise<OnCallEntry[]> {
  if (ids.length === 0) return [];
  const entries: OnCallEntry[] = [];
  // One page after the other: only a page tells whether there is a next one.
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const reply = await rest.send(
      {
        method: 'GET',
        path: '/oncalls',
        query: {
          [filter]: ids,
          'include[]': ['users'],
          earliest: 'true',
          limit: String(PAGE_SIZE),
          offset: String(page * PAGE_SIZE),
        },
        reply: OnCallList,
        inDoubt: 'safe',
      },
      deadline,
    );
    entries.push(...reply.oncalls);
    if (!reply.more) return entries;
  }
  throw replyFault('the on-call list does not end', 'safe');
}

function dutyOf(entry: OnCallEntry, via: string | null | undefined): Duty {
  const { user } = entry;
  return {
    userId: user.id,
    name: user.name ?? user.summary ?? user.id,
    email: user.email ?? undefined,
    level: entry.escalation_level,
    via: via ?? '',
  };
}

/** A person may stand on several levels of one policy: the first one counts. */
function onePerPlace(duties: Duty[]): Duty[] {
  const sorted = duties.toSorted(
    (a, b) => a.level - b.level || a.via.localeCompare(b.via) || a.name.localeCompare(b.name),
  );
  const seen = new Set<string>();
  return sorted.filter((duty) => {
    const place = JSON.stringify([duty.userId, duty.via]);
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

async function readPhones(
  rest: RestClient,
  userIds: Set<string>,
  deadline: Deadline,
): Promise<Map<string, string | undefined>> {
  // The included users name their contact methods but do not hold the numbers.
  return new Map(
    await Promise.all([...userIds].map(async (id) => [id, await readPhone(rest, id, deadline)] as const)),
  );
}

async function readPhone(rest: RestClient, userId: string, deadline: Deadline): Promise<string | undefined> {
  try {
    const reply = await rest.send(
      {
        method: 'GET',
        path: `/users/${encodeURIComponent(userId)}/contact_methods`,
        reply: ContactMethodList,
        inDoubt: 'safe',
      },
      deadline,
    );
    return phoneOf(reply.contact_methods);
  } catch (error) {
    // A number we may not see is no reason to hide the name. Anything passing fails the whole list: the
    // caller then keeps the last one that was complete.
    if (error instanceof UpstreamError && error.retry === 'never') return undefined;
    throw error;
  }
}

function phoneOf(methods: ContactMethod[]): string | undefined {
  const reachable = methods.filter((method) => method.address);
  const method =
    reachable.find(({ type }) => type === 'phone_contact_method') ??
    reachable.find(({ type }) => type === 'sms_contact_method');
  if (!method?.address) return undefined;
  if (!method.country_code || method.address.startsWith('+')) return method.address;
  return `+${method.country_code} ${method.address}`;
}
