/** What an account of the stand-in is made of, and what can be asked of it. */

export interface User {
  id: string;
  name: string;
  email: string;
  phone?: { countryCode: number; number: string };
}

export interface Service {
  id: string;
  name: string;
  escalationPolicyId: string;
  /**
   * Whether incidents here carry alerts, as they do by default at PagerDuty. Such incidents show no
   * `incident_key`, neither in the API nor in webhooks, though they can be searched by the alert's key.
   */
  alerts?: boolean;
}

export interface Schedule {
  id: string;
  name: string;
  /** Who is on call now. */
  userId: string;
}

export interface EscalationPolicy {
  id: string;
  name: string;
  /** Ids of users and schedules, asked level by level. */
  levels: string[][];
}

export interface WebhookSettings {
  /** Without it nothing is sent. */
  url?: string;
  /** Each active secret signs each request. */
  secrets: string[];
  /** How long the receiver may take to answer; PagerDuty allows 5000. */
  timeoutMs?: number;
  /** Wait before the first repetition; each further wait is twice as long, at most 900 times this. */
  firstRetryMs?: number;
  /** How long one webhook is repeated; PagerDuty gives up after 48 hours. */
  giveUpAfterMs?: number;
}

export interface StandInSettings {
  users: User[];
  services: Service[];
  escalationPolicies: EscalationPolicy[];
  schedules?: Schedule[];
  /** Most urgent first. */
  priorities?: string[];
  apiToken: string;
  /** Integration key (32 characters) to the id of its service. */
  routingKeys: Record<string, string>;
  webhook?: WebhookSettings;
  /** Requests a minute, of the API token and of each routing key. */
  limits?: { rest?: number; events?: number };
  /** How long an accepted event waits before it is carried out; PagerDuty promises no order in time. */
  eventDelayMs?: number;
  port?: number;
}

export type Status = 'triggered' | 'acknowledged' | 'resolved';

export interface Note {
  id: string;
  content: string;
  userId: string;
  createdAt: string;
}

export interface Incident {
  id: string;
  number: number;
  title: string;
  status: Status;
  serviceId: string;
  /** The key it was opened with, whether shown or not. */
  key: string;
  /** Whether `incident_key` is shown. */
  keyed: boolean;
  urgency: 'high' | 'low';
  priority: string | undefined;
  assigneeIds: string[];
  createdAt: string;
  changedAt: string;
}

/** Who did something: a person, or the integration through which a program reported it. */
export type Actor = { kind: 'user'; user: User } | { kind: 'integration'; serviceId: string };

export interface Client {
  name: string;
  url?: string;
}

/** What the account tells the world about. */
export interface Happening {
  type: string;
  incident: Incident | undefined;
  note?: Note;
  actor: Actor | undefined;
  client?: Client;
}

export interface Delivery {
  /** The same for all attempts: `X-Webhook-Id`. */
  webhookId: string;
  eventId: string;
  eventType: string;
  incidentId: string | undefined;
  body: string;
  attempts: { at: string; result: number | 'timed_out' | 'no_connection' }[];
  state: 'queued' | 'delivered' | 'dropped';
}

/** One request that came in. The token is left out. */
export interface RecordedRequest {
  at: string;
  api: 'rest' | 'events';
  method: string;
  path: string;
  query: Record<string, string[]>;
  from: string | undefined;
  body: unknown;
  /** Status of the reply, or why there was none. */
  outcome: number | 'connection_closed' | 'no_reply' | 'pending';
}

export type FaultKind =
  /** The connection is closed before anything is done. */
  | { kind: 'down' }
  /** Nothing is done and nothing is answered. */
  | { kind: 'hang' }
  /** Done and answered, but late. */
  | { kind: 'slow'; ms: number }
  /** An error in PagerDuty's own JSON, nothing done. */
  | { kind: 'error'; status: number }
  /** A page of a machine in between, nothing done. */
  | { kind: 'html'; status: number }
  | { kind: 'rate_limit'; seconds: number; header?: 'ratelimit-reset' | 'retry-after' | 'none' }
  /** Done, but the connection is closed before the answer. */
  | { kind: 'drop_reply' };

export type Fault = FaultKind & {
  /** Which requests it hits: of one API, of one method, or with a path that contains this. */
  api?: 'rest' | 'events';
  method?: string;
  path?: string;
  /** How many requests; without it, until cleared. */
  times?: number;
};
