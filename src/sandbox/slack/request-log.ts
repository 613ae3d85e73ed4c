import type { ChangeHub } from './change-hub.ts';
import type { ApiReply, Clock, JsonObject } from './types.ts';

/** One call of the Web API (or of a `response_url`), without its token. */
export interface RequestRecord {
  /** Counts from 1. */
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  method: string;
  args: JsonObject;
  /** What the client got; `pending` while the call is in the works. */
  outcome: 'pending' | 'answered' | 'reset' | 'hung' | 'reply-lost';
  /** HTTP status, when there was an answer. */
  status?: number;
  /** What the method answered, also when that answer was lost. */
  reply?: ApiReply;
}

/** A call Slack refused because the app was wrong, not because the world had changed. */
export interface Refusal {
  at: number;
  method: string;
  error: string;
  messages: string[];
  args: JsonObject;
}

/** A call Slack took but would warn about. */
export interface Warning {
  at: number;
  method: string;
  warning: string;
  args: JsonObject;
}

/** Remembers what the app asked for. */
export interface RequestLog {
  readonly records: RequestRecord[];
  readonly refusals: Refusal[];
  readonly warnings: Warning[];
  /** Calls by method since the start, also those no longer in `records`. */
  counts(): Record<string, number>;
  start(method: string, args: JsonObject): RequestRecord;
  finish(record: RequestRecord, end: Pick<RequestRecord, 'outcome' | 'status' | 'reply'>): void;
  refuse(method: string, error: string, messages: string[], args: JsonObject): void;
  warn(method: string, warning: string, args: JsonObject): void;
  clear(): void;
}

const KEPT = 20_000;

// Errors a correct app cannot cause. All others (name_taken, channel_not_found, ratelimited ...) may happen to the best.
const FAULTS_OF_THE_APP = new Set([
  'bad_timestamp',
  'duplicate_external_id',
  'exchanged_trigger_id',
  'invalid_arguments',
  'invalid_attachments',
  'invalid_auth',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_bookmark_type',
  'invalid_link',
  'invalid_metadata_format',
  'invalid_name_maxlength',
  'invalid_name_punctuation',
  'invalid_name_required',
  'invalid_name_specials',
  'invalid_payload',
  'invalid_post_type',
  'invalid_trigger_id',
  'invalid_types',
  'markdown_text_conflict',
  'missing_scope',
  'msg_too_long',
  'no_item_specified',
  'no_text',
  'no_user',
  'not_allowed_token_type',
  'not_authed',
  'push_limit_reached',
  'too_long',
  'too_many_attachments',
  'too_many_users',
  'unknown_method',
  'used_url',
  'view_too_large',
]);

/** An empty log. */
export function createRequestLog(hub: ChangeHub, now: Clock): RequestLog {
  const records: RequestRecord[] = [];
  const counts = new Map<string, number>();
  const complaints = createComplaints(now);
  let nextId = 1;
  return {
    ...complaints,
    records,
    counts: () => Object.fromEntries(counts),
    start(method, args) {
      const record: RequestRecord = { id: nextId++, at: now(), method, args, outcome: 'pending' };
      records.push(record);
      if (records.length > KEPT) records.splice(0, KEPT / 4);
      counts.set(method, (counts.get(method) ?? 0) + 1);
      return record;
    },
    finish(record, end) {
      Object.assign(record, end);
      const { method, args, reply } = record;
      if (reply?.error && FAULTS_OF_THE_APP.has(reply.error)) {
        complaints.refuse(method, reply.error, messagesOf(reply), args);
      }
      if (reply?.ok && typeof reply.warning === 'string') complaints.warn(method, reply.warning, args);
      hub.emit({ kind: 'request' });
    },
    clear() {
      records.length = 0;
      complaints.refusals.length = 0;
      complaints.warnings.length = 0;
      counts.clear();
    },
  };
}

function createComplaints(now: Clock): Pick<RequestLog, 'refusals' | 'warnings' | 'refuse' | 'warn'> {
  const refusals: Refusal[] = [];
  const warnings: Warning[] = [];
  return {
    refusals,
    warnings,
    refuse(method, error, messages, args) {
      refusals.push({ at: now(), method, error, messages, args });
    },
    warn(method, warning, args) {
      warnings.push({ at: now(), method, warning, args });
    },
  };
}

function messagesOf(reply: ApiReply): string[] {
  const metadata = reply.response_metadata as { messages?: string[] } | undefined;
  return metadata?.messages ?? [];
}
