/** How loud a page is, in PagerDuty's words. */
export type PageSeverity = 'critical' | 'error' | 'warning' | 'info';

export interface Page {
  /** Same key, same page: a repeat does nothing. */
  dedupKey: string;
  summary: string;
  source: string;
  severity: PageSeverity;
  details: Record<string, string>;
  link?: { href: string; text: string };
}

export interface OnCallPerson {
  name: string;
  email: string | undefined;
  phone: string | undefined;
  /** Who is asked first is 1. */
  level: number;
  /** Name of the escalation policy or schedule. */
  via: string;
}

/**
 * The paging service. Every call has a deadline and is sent once: no retries inside.
 * Failures are `UpstreamError('pagerduty', …)` whose `retry` says whether sending again is safe.
 */
export interface Pager {
  /** Wakes people. Idempotent by `dedupKey`. */
  trigger(page: Page, signal?: AbortSignal): Promise<void>;
  acknowledge(dedupKey: string, signal?: AbortSignal): Promise<void>;
  resolve(dedupKey: string, signal?: AbortSignal): Promise<void>;
  /** The pager's own id of the open or closed incident with this key, if it has one yet. */
  findIncident(dedupKey: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Adds a note to the pager's incident. Not idempotent: call `hasNote` first after a doubt. */
  addNote(pagerIncidentId: string, text: string, signal?: AbortSignal): Promise<void>;
  hasNote(pagerIncidentId: string, marker: string, signal?: AbortSignal): Promise<boolean>;
  /** Resolves an incident that the pager opened itself (by id, through the REST API). Idempotent. */
  resolveIncident(pagerIncidentId: string, signal?: AbortSignal): Promise<void>;
  /** Acknowledges an incident that the pager opened itself. Idempotent. */
  acknowledgeIncident(pagerIncidentId: string, signal?: AbortSignal): Promise<void>;
  /** Who is on call now for these escalation policies and schedules; lowest level first. */
  onCall(
    query: { escalationPolicyIds: string[]; scheduleIds: string[] },
    signal?: AbortSignal,
  ): Promise<OnCallPerson[]>;
  /** One cheap read, for readiness. */
  ping(signal?: AbortSignal): Promise<void>;
}
