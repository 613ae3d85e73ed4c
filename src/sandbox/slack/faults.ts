import type { ChangeHub } from './change-hub.ts';

/** Which calls a fault hits; without fields, all of them. */
export interface FaultFilter {
  /** A Web API method, `response_url`, or a pattern of either. */
  method?: string | RegExp;
  /** Channel id. */
  channel?: string;
  /** How many calls it hits before it ends by itself. */
  times?: number;
}

/** What goes wrong. */
export type Fault =
  | { kind: 'reset' }
  | { kind: 'hang' }
  | { kind: 'slow'; ms: number }
  | { kind: 'rate-limited'; retryAfter: number }
  | { kind: 'http'; status: number }
  | { kind: 'error'; error: string }
  /** The call takes effect, but its answer is lost. */
  | { kind: 'drop-reply' };

/** A fault in force. */
export interface ActiveFault {
  readonly fault: Fault;
  /** Calls it has hit so far. */
  readonly hits: number;
  clear(): void;
}

/** Faults on demand, on the way from the bot to Slack and back. */
export interface Faults {
  /** Slack is away: the port refuses connections until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Connections are reset before anything is read. */
  reset(filter?: FaultFilter): ActiveFault;
  /** No answer, ever; hanging calls are cut off when the fault is cleared. */
  hang(filter?: FaultFilter): ActiveFault;
  slow(ms: number, filter?: FaultFilter): ActiveFault;
  /** HTTP 429 with this `Retry-After`, in seconds. */
  rateLimit(retryAfter: number, filter?: FaultFilter): ActiveFault;
  http(status: number, filter?: FaultFilter): ActiveFault;
  /** `{ok: false, error}` without any effect. */
  fail(error: string, filter?: FaultFilter): ActiveFault;
  dropReply(filter?: FaultFilter): ActiveFault;
  /** Moves the time stamp of signed requests, in milliseconds. */
  clockSkew(ms: number): void;
  /** Delivers every request to the app this many times at once. */
  duplicateDeliveries(copies: number): void;
  /** Ends every fault and brings Slack back up. */
  clear(): Promise<void>;
}

/** What the front and the deliveries ask. */
export interface FaultPlan {
  /** The first fault in force for this call, counted as a hit. */
  hit(method: string, channel: string | undefined): Fault | undefined;
  /** Resolves when faults of the kind `hang` are cleared. */
  untilCleared(fault: Fault): Promise<void>;
  skewMs(): number;
  copies(): number;
}

interface Rule extends FaultFilter {
  fault: Fault;
  hits: number;
  cleared: PromiseWithResolvers<void>;
}

/** Builds both sides: what tests turn, and what the workspace asks. */
export function createFaults(port: { close(): Promise<void>; open(): Promise<void> }, hub: ChangeHub) {
  const rules = new Set<Rule>();
  const byFault = new Map<Fault, Rule>();
  let skew = 0;
  let copies = 1;
  let isDown = false;

  const end = (rule: Rule) => {
    rules.delete(rule);
    byFault.delete(rule.fault);
    rule.cleared.resolve();
    hub.emit({ kind: 'fault' });
  };
  const add = (fault: Fault, filter: FaultFilter = {}): ActiveFault => {
    const rule: Rule = { ...filter, fault, hits: 0, cleared: Promise.withResolvers() };
    rules.add(rule);
    byFault.set(fault, rule);
    hub.emit({ kind: 'fault' });
    return {
      fault,
      get hits() {
        return rule.hits;
      },
      clear: () => end(rule),
    };
  };
  const up = async () => {
    if (!isDown) return;
    isDown = false;
    await port.open();
    hub.emit({ kind: 'fault' });
  };

  const faults: Faults = {
    async down() {
      if (isDown) return;
      isDown = true;
      await port.close();
      hub.emit({ kind: 'fault' });
    },
    up,
    reset: (filter) => add({ kind: 'reset' }, filter),
    hang: (filter) => add({ kind: 'hang' }, filter),
    slow: (ms, filter) => add({ kind: 'slow', ms }, filter),
    rateLimit: (retryAfter, filter) => add({ kind: 'rate-limited', retryAfter }, filter),
    http: (status, filter) => add({ kind: 'http', status }, filter),
    fail: (error, filter) => add({ kind: 'error', error }, filter),
    dropReply: (filter) => add({ kind: 'drop-reply' }, filter),
    clockSkew(ms) {
      skew = ms;
    },
    duplicateDeliveries(count) {
      copies = count;
    },
    async clear() {
      for (const rule of [...rules]) end(rule);
      skew = 0;
      copies = 1;
      await up();
    },
  };
  const plan: FaultPlan = {
    hit(method, channel) {
      for (const rule of rules) {
        if (!matches(rule, method, channel)) continue;
        rule.hits += 1;
        // A fault that hangs must outlast its last hit, or nobody could clear it.
        if (rule.hits === rule.times) rules.delete(rule);
        return rule.fault;
      }
      return undefined;
    },
    untilCleared: (fault) => byFault.get(fault)?.cleared.promise ?? Promise.resolve(),
    skewMs: () => skew,
    copies: () => copies,
  };
  return { faults, plan };
}

function matches(rule: Rule, method: string, channel: string | undefined): boolean {
  if (rule.channel !== undefined && rule.channel !== channel) return false;
  if (rule.method === undefined) return true;
  return typeof rule.method === 'string' ? rule.method === method : rule.method.test(method);
}
