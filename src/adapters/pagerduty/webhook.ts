import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { PagerEvent, PagerEventKind, PagerIncident } from '../../app/ports/pager-event.ts';

/** What a webhook body turned out to be. `ignored` and `malformed` are for the log; neither is worth a retry. */
export type ParsedPagerDutyEvent =
  | PagerEvent
  | { kind: 'ignored'; eventType: string; id: string }
  | { kind: 'malformed'; problem: string };

const KINDS: Record<string, PagerEventKind> = {
  'incident.triggered': 'triggered',
  'incident.acknowledged': 'acknowledged',
  'incident.unacknowledged': 'unacknowledged',
  'incident.resolved': 'resolved',
  'incident.reopened': 'reopened',
  'incident.annotated': 'annotated',
  'incident.priority_updated': 'priority',
  'incident.reassigned': 'reassigned',
  // Handed to another escalation policy: for us, other people have it now.
  'incident.delegated': 'reassigned',
  'incident.escalated': 'escalated',
};

const Reference = z.object({ id: z.string(), type: z.string().nullish(), summary: z.string().nullish() });

const Envelope = z.object({ event: z.object({ id: z.string().min(1), event_type: z.string().min(1) }) });

const Head = z.object({
  event: z.object({
    occurred_at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
    agent: Reference.nullish(),
    // A program without a name tells us nothing, and is no reason to drop the event.
    client: z.object({ name: z.string(), url: z.string().nullish() }).nullish().catch(null),
  }),
});

const IncidentBody = z.object({
  event: z.object({
    data: z.object({
      id: z.string().min(1),
      number: z.number().nullish(),
      incident_key: z.string().nullish(),
      title: z.string().nullish(),
      html_url: z.string().nullish(),
      service: Reference.nullish(),
      urgency: z.enum(['high', 'low']).nullish().catch(null),
      priority: z.object({ summary: z.string().nullish() }).nullish().catch(null),
      assignees: z.array(Reference).nullish(),
    }),
  }),
});

const NoteBody = z.object({
  event: z.object({
    data: z.object({
      incident: z.object({
        id: z.string().min(1),
        summary: z.string().nullish(),
        html_url: z.string().nullish(),
      }),
      content: z.string(),
      trimmed: z.boolean().nullish(),
    }),
  }),
});

const SIGNATURE = /^v1=([0-9a-f]{64})$/i;

/**
 * Whether PagerDuty signed exactly these bytes with one of our secrets. Both sides may hold several during
 * a rotation. The signature carries no time: repeats must be caught by the event id.
 */
export function verifyPagerDutySignature(
  rawBody: Buffer,
  header: string | undefined,
  secrets: string[],
): boolean {
  const given = (header ?? '')
    .split(',')
    .map((part) => SIGNATURE.exec(part.trim())?.[1])
    .filter((hex) => hex !== undefined)
    .map((hex) => Buffer.from(hex, 'hex'));
  let matched = false;
  for (const secret of secrets) {
    // An empty secret is one everybody knows.
    if (secret === '') continue;
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    // All are compared, also after a match, so that time tells nothing.
    for (const signature of given) matched = timingSafeEqual(signature, expected) || matched;
  }
  return matched;
}

/** Reads a V3 webhook body. Never throws. */
export function parsePagerDutyEvent(raw: Buffer): ParsedPagerDutyEvent {
  const body = parseJson(raw);
  if (body === undefined) return { kind: 'malformed', problem: 'the body is not JSON' };
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return malformed(envelope.error);
  const { id, event_type: eventType } = envelope.data.event;
  const kind = Object.hasOwn(KINDS, eventType) ? KINDS[eventType] : undefined;
  if (kind === undefined) return { kind: 'ignored', eventType, id };

  const head = Head.safeParse(body);
  if (!head.success) return malformed(head.error);
  const subject =
    kind === 'annotated'
      ? NoteBody.transform(fromNote).safeParse(body)
      : IncidentBody.transform(fromIncident).safeParse(body);
  if (!subject.success) return malformed(subject.error);
  const { occurred_at: occurredAt, agent, client } = head.data.event;
  return {
    id,
    kind,
    occurredAt,
    ...subject.data,
    agent: agent
      ? { id: agent.id, name: agent.summary ?? agent.id, type: agent.type ?? 'unknown' }
      : undefined,
    client: client?.name,
    clientUrl: client?.url ?? undefined,
  };
}

function fromIncident({ event: { data } }: z.infer<typeof IncidentBody>): { incident: PagerIncident } {
  return {
    incident: {
      id: data.id,
      number: data.number ?? undefined,
      key: data.incident_key ?? undefined,
      title: titleOf(data.title, data.id),
      url: data.html_url ?? undefined,
      serviceId: data.service?.id,
      serviceName: data.service?.summary ?? undefined,
      urgency: data.urgency ?? undefined,
      priority: data.priority?.summary ?? undefined,
      assignees: (data.assignees ?? []).map(({ id, summary }) => summary ?? id),
    },
  };
}

function fromNote({ event: { data } }: z.infer<typeof NoteBody>): { incident: PagerIncident; note: string } {
  const { id, summary, html_url: url } = data.incident;
  return {
    incident: { id, title: titleOf(summary, id), url: url ?? undefined, assignees: [] },
    note: data.trimmed ? `${data.content}…` : data.content,
  };
}

function titleOf(title: string | null | undefined, id: string): string {
  return title?.trim() || id;
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    // The caller says so in words; the parser's own quote the body.
    return undefined;
  }
}

/** Where it is wrong and what was expected; never what stood there. */
function malformed(error: z.ZodError): { kind: 'malformed'; problem: string } {
  const [issue] = error.issues;
  return { kind: 'malformed', problem: `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}` };
}
