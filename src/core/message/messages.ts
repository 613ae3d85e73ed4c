import { z } from 'zod';
import {
  Alert,
  By,
  CommandHelp,
  Entry,
  IncidentView,
  ListedIncident,
  OnCall,
  Person,
  StatusUpdate,
} from './variables.ts';

const incident = IncidentView;
const lines = z.array(z.object({ at: z.string(), text: z.string() }));

/**
 * Every message Lifeboat sends, with the variables it is given. Each has its words in
 * `templates/messages/<id>.yaml`; a template that uses a variable not listed here fails the load.
 */
export const MESSAGES = {
  // In the incident's channel.
  card: z.object({ incident }),
  topic: z.object({ incident }),
  proposal: z.object({ incident, alert: Alert }),
  'status-update': z.object({
    incident,
    update: StatusUpdate,
    /** How long after it was due the update leaves, in milliseconds; absent when on time. */
    lateMs: z.number().optional(),
    /** Updates that waited with this one and are replaced by it. */
    joined: z.number().optional(),
  }),
  'invite-problems': z.object({ incident, failed: z.array(z.object({ name: z.string(), why: z.string() })) }),
  'rung-called': z.object({
    incident,
    rung: z.string(),
    people: z.array(Person),
    unreachable: z.array(z.string()),
  }),
  'pager-unreachable': z.object({
    incident,
    problem: z.string(),
    onCall: z.array(OnCall).optional(),
    onCallAsOf: z.string().optional(),
  }),
  'record-line': z.object({ incident, entry: Entry }),
  closed: z.object({ incident, by: By, records: z.number(), head: z.string() }),

  // To everybody who follows from outside.
  'broadcast-declared': z.object({ incident }),
  'broadcast-status': z.object({
    incident,
    update: StatusUpdate,
    lateMs: z.number().optional(),
    joined: z.number().optional(),
  }),

  // To one person.
  'rung-call': z.object({ incident, person: Person }),
  nudge: z.object({ incident, nudge: z.enum(['noCommander', 'noUpdate', 'stale']), count: z.number() }),
  home: z.object({
    person: Person,
    may: z.array(z.string()),
    waiting: z.array(
      z.object({ what: z.enum(['decide', 'answer', 'command', 'update']), incident: ListedIncident }),
    ),
    open: z.array(ListedIncident),
    openTotal: z.number(),
    recent: z.array(ListedIncident),
    asOf: z.string(),
  }),

  // Private answers.
  menu: z.object({
    person: Person,
    incident: incident.optional(),
    open: z.array(ListedIncident),
    openTotal: z.number(),
    may: z.array(z.string()),
  }),
  help: z.object({
    commands: z.array(CommandHelp),
    word: z.string().optional(),
    nearest: z.string().optional(),
  }),
  'incident-list': z.object({
    open: z.array(ListedIncident),
    openTotal: z.number(),
    recent: z.array(ListedIncident),
    asOf: z.string(),
  }),
  'choose-incident': z.object({ command: z.string(), open: z.array(ListedIncident), openTotal: z.number() }),
  timeline: z.object({ incident, lines, shown: z.number(), total: z.number() }),
  catchup: z.object({ incident, lines, total: z.number() }),
  whoami: z.object({
    person: Person,
    standing: z.string(),
    roles: z.array(z.string()),
    may: z.array(z.string()),
    rolesUnreadable: z.string().optional(),
  }),
  declared: z.object({ incident, alike: z.array(ListedIncident) }),
  inviting: z.object({ incident, names: z.array(z.string()) }),
  recorded: z.object({ incident, line: z.string().optional() }),
  refusal: z.object({ what: z.string(), kept: z.string(), next: z.string() }),
  fault: z.object({ id: z.string() }),
  working: z.object({ command: z.string() }),

  // Forms, and what a form turns into after it was sent.
  'declare-form': z.object({
    callees: z.array(z.object({ role: z.string(), people: z.array(Person), problem: z.string().optional() })),
    broadcast: z.array(z.string()),
    alike: z.array(ListedIncident),
    pages: z.boolean(),
  }),
  'declare-progress': z.object({ incident }),
  'declare-ready': z.object({ incident }),
  'declare-trouble': z.object({ incident, problem: z.string() }),
  'status-form': z.object({ incident }),
  'resolve-form': z.object({ incident }),
  'reopen-form': z.object({ incident }),
  'severity-form': z.object({ incident }),
  'note-form': z.object({ incident }),
  'pause-form': z.object({ incident }),
  'dismiss-form': z.object({ incident }),
} as const satisfies Record<string, z.ZodObject>;

export type MessageId = keyof typeof MESSAGES;
export type MessageVariables<Id extends MessageId> = z.infer<(typeof MESSAGES)[Id]>;
