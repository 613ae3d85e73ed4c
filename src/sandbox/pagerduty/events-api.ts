import type { Account } from './account.ts';
import { randomId } from './account.ts';
import { refuseEvent } from './refusal.ts';
import type { Client } from './types.ts';

interface ValidEvent {
  serviceId: string;
  action: 'trigger' | 'acknowledge' | 'resolve';
  dedupKey: string;
  summary: string;
  client: Client | undefined;
}

const ACTIONS = ['trigger', 'acknowledge', 'resolve'] as const;
const SEVERITIES = ['critical', 'warning', 'error', 'info'];

/** Checks what was sent to `/v2/enqueue`. @throws ApiRefusal with every fault found */
export function checkEvent(account: Account, body: unknown): ValidEvent {
  const event = asObject(body);
  const payload = asObject(event.payload);
  const serviceId = account.settings.routingKeys[text(event.routing_key)];
  const action = ACTIONS.find((known) => known === event.event_action);
  const errors = [
    text(event.routing_key).length !== 32 && "Length of 'routing_key' is incorrect (should be 32 characters)",
    action === undefined && "'event_action' is missing or invalid",
    text(event.dedup_key).length > 255 && "'dedup_key' is too long (maximum is 255 characters)",
    action !== 'trigger' && text(event.dedup_key) === '' && "'dedup_key' is missing or blank",
    ...(action === 'trigger' ? payloadErrors(payload) : []),
  ].filter((error) => error !== false);
  if (errors.length === 0 && serviceId === undefined) errors.push('Invalid routing key');
  if (errors.length > 0 || action === undefined || serviceId === undefined) refuseEvent(errors);

  return {
    serviceId,
    action,
    dedupKey: text(event.dedup_key) || randomId('', 32).toLowerCase(),
    summary: text(payload.summary),
    client: text(event.client)
      ? { name: text(event.client), url: text(event.client_url) || undefined }
      : undefined,
  };
}

function payloadErrors(payload: Record<string, unknown>): (string | false)[] {
  return [
    text(payload.summary) === '' && "'payload.summary' is missing or blank",
    text(payload.summary).length > 1024 && "'payload.summary' is too long (maximum is 1024 characters)",
    text(payload.source) === '' && "'payload.source' is missing or blank",
    !SEVERITIES.includes(text(payload.severity)) &&
      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
  ];
}

/**
 * Carries an event out. The dedup key makes a repeat harmless; what refers to no open alert is dropped
 * without a word, as PagerDuty does after its 202.
 */
export function applyEvent(
  account: Account,
  { serviceId, action, dedupKey, summary, client }: ValidEvent,
): void {
  const open = account.openIncident(serviceId, dedupKey);
  const actor = { kind: 'integration', serviceId } as const;
  if (action === 'trigger' && open === undefined) {
    const keyed = account.service(serviceId)?.alerts === false;
    account.open({ serviceId, title: summary, key: dedupKey, keyed, actor, client });
  }
  if (action === 'acknowledge' && open?.status === 'triggered') {
    account.setStatus(open.id, 'acknowledged', actor);
  }
  if (action === 'resolve' && open !== undefined) account.setStatus(open.id, 'resolved', actor);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
