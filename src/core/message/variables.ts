import { z } from 'zod';

/** The building blocks of message variables. Templates are checked against these shapes at load. */

const instant = z.string();
const ms = z.number();

export const Person = z.object({ id: z.string(), name: z.string(), slack: z.string().optional() });

export const By = z.object({
  kind: z.enum(['person', 'lifeboat', 'pagerduty']),
  id: z.string().optional(),
  name: z.string().optional(),
  slack: z.string().optional(),
});

export const Alert = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string().optional(),
  service: z.string().optional(),
  own: z.boolean().optional(),
  at: instant,
});

const HumanUpdate = z.object({ situation: z.string(), actions: z.string(), needs: z.string() });

const Objective = z.object({ name: z.string(), rtoMs: ms.optional(), rpoMs: ms.optional() });

/**
 * The facts of an incident as messages tell them: labels instead of ids, the clock read at `asOf`.
 * Unknown stays absent; templates say "unknown".
 */
export const IncidentView = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  phase: z.string(),
  kind: z.string(),
  /** False for drills, gamedays, tabletops and maintenance: every message then says so. */
  real: z.boolean(),
  severity: z.string(),
  severityMeaning: z.string(),
  level: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  private: z.boolean(),
  channelId: z.string().optional(),
  channelName: z.string().optional(),
  openedBy: Person.optional(),
  commander: Person.optional(),
  duties: z.array(z.object({ duty: z.string(), holder: Person })),
  people: z.number(),
  openedAt: instant,
  declaredAt: instant.optional(),
  clockStart: instant,
  elapsedMs: ms,
  /** True once service is restored or the incident is resolved: the clock stands. */
  stopped: z.boolean(),
  rtoMs: ms.optional(),
  /** running: time is left; met: stopped in time; missed: over the target; unknown: no target. */
  rto: z.enum(['met', 'missed', 'running', 'unknown']),
  rtoLeftMs: ms.optional(),
  rpoTargetMs: ms.optional(),
  marks: z.array(
    z.object({ name: z.string(), at: instant, source: z.string(), evidence: z.string().optional() }),
  ),
  objectives: z.array(Objective),
  nextDueAt: instant.optional(),
  everyMs: ms,
  paused: z.object({ by: z.string(), reason: z.string(), until: instant }).optional(),
  lastHuman: HumanUpdate.extend({ by: z.string(), at: instant }).optional(),
  links: z.array(z.object({ title: z.string(), url: z.string() })),
  alerts: z.array(z.object({ title: z.string().optional(), url: z.string().optional(), status: z.string() })),
  pagerUnreachable: z.boolean(),
  resolution: z.object({ summary: z.string(), by: z.string(), at: instant }).optional(),
  runbook: z.string().optional(),
  /** What the incident waits for from people. `who`: for an answer, who was called. */
  awaiting: z.array(
    z.object({ what: z.enum(['decision', 'commander', 'answer']), who: z.string().optional() }),
  ),
  asOf: instant,
});
export type IncidentView = z.infer<typeof IncidentView>;

export const StatusUpdate = z.object({
  trigger: z.enum(['declared', 'slot', 'person', 'change', 'resolved', 'reopened']),
  slot: instant.optional(),
  /** Earlier slots that passed without an update; they are joined in this one. */
  missed: z.number(),
  nextDueAt: instant.optional(),
  human: HumanUpdate.optional(),
  change: z
    .object({ severity: z.object({ from: z.string(), to: z.string(), reason: z.string() }).optional() })
    .optional(),
  reason: z.string().optional(),
  by: By,
});

/** One entry of the record as the line templates read it; `data` differs by type. */
export const Entry = z.object({
  seq: z.number(),
  type: z.string(),
  at: instant,
  by: By,
  data: z.record(z.string(), z.unknown()),
});
export type Entry = z.infer<typeof Entry>;

/** One incident in a list. */
export const ListedIncident = IncidentView.pick({
  id: true,
  title: true,
  phase: true,
  real: true,
  kind: true,
  severity: true,
  channelId: true,
  commander: true,
  openedAt: true,
  nextDueAt: true,
  rto: true,
  rtoLeftMs: true,
  elapsedMs: true,
});
export type ListedIncident = z.infer<typeof ListedIncident>;

export const CommandHelp = z.object({ name: z.string(), usage: z.string(), summary: z.string() });

/** A person to call by telephone when the pager is down. */
export const OnCall = z.object({
  name: z.string(),
  phone: z.string().optional(),
  email: z.string().optional(),
  level: z.number(),
  via: z.string(),
});
