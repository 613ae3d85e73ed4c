import { z } from 'zod';
import { Line, Name, Phone, RoleName } from './words.ts';

const SlackUserId = z.string().regex(/^[UW][A-Z0-9]{2,}$/, {
  error: 'expected a Slack user id such as U0123ABCD (in Slack: profile, Copy member ID)',
});

/** A human. Somebody with two Slack accounts is one person who lists both. */
export const Person = z.strictObject({
  id: Name,
  name: Line,
  title: Line.optional(),
  email: z.email({ error: 'expected an e-mail address' }).optional(),
  slack: z.array(SlackUserId).default([]),
  phone: Phone.optional(),
});
export type Person = z.infer<typeof Person>;

/** One entry of a role: people directly, or whoever a Slack group or a PagerDuty rota holds now. */
export type Member =
  | { kind: 'group'; id: string }
  | { kind: 'group-handle'; handle: string }
  | { kind: 'account'; slack: string }
  | { kind: 'person'; person: string }
  | { kind: 'schedule'; id: string }
  | { kind: 'policy'; id: string };

const MEMBER_FORMS: { pattern: RegExp; member(id: string): Member }[] = [
  { pattern: /^group:(S[A-Z0-9]{2,})$/, member: (id) => ({ kind: 'group', id }) },
  { pattern: /^group:@([a-z0-9][a-z0-9._-]*)$/, member: (handle) => ({ kind: 'group-handle', handle }) },
  { pattern: /^user:([UW][A-Z0-9]{2,})$/, member: (slack) => ({ kind: 'account', slack }) },
  { pattern: /^person:([a-z0-9_-]+)$/, member: (person) => ({ kind: 'person', person }) },
  { pattern: /^pagerduty:schedule:([PQ][A-Z0-9]{3,})$/, member: (id) => ({ kind: 'schedule', id }) },
  { pattern: /^pagerduty:policy:([PQ][A-Z0-9]{3,})$/, member: (id) => ({ kind: 'policy', id }) },
];

const MEMBER_EXPECTED =
  'expected group:@handle, group:S0123, user:U0123, person:<id of people>, pagerduty:schedule:P0123 or pagerduty:policy:P0123';

const Member = z.string({ error: MEMBER_EXPECTED }).transform((text, context): Member => {
  for (const { pattern, member } of MEMBER_FORMS) {
    const id = pattern.exec(text)?.[1];
    if (id) return member(id);
  }
  context.addIssue({ code: 'custom', message: MEMBER_EXPECTED });
  return z.NEVER;
});

/** A named pool of people. An empty one is allowed: then nobody holds the role. */
export const Role = z.strictObject({ title: Line, members: z.array(Member).prefault([]) });
export type Role = z.infer<typeof Role>;

/** The role that every profile has: who leads an incident. */
export const COMMANDER_ROLE = 'incident-commander';

const Grant = z.union([z.literal('everyone'), z.array(RoleName).min(1)], {
  error: 'expected the word everyone, or a list of role names',
});

/** Who may do what. `everyone` is every full member of the workspace: never a guest, bot or outsider. */
export const Permissions = z.strictObject({
  /** Open an incident. */
  declare: Grant.default('everyone'),
  /** Notes, marks, duties, invitations, updates, raising the severity. */
  respond: Grant.default('everyone'),
  /** Lower the severity, pause updates, resolve, reopen, close, hand over command. */
  command: Grant.default([COMMANDER_ROLE]),
  /** Look into and change the bot's own settings. */
  configure: Grant.default([COMMANDER_ROLE]),
});

/** Somebody to call in one kind of trouble; `primary` and `secondary` are roles. */
export const Contact = z.strictObject({
  area: Line,
  primary: RoleName,
  secondary: RoleName.optional(),
  vendor: z.strictObject({ name: Line, phone: Phone.optional() }).optional(),
});
