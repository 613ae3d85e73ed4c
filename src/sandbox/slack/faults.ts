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
  /** Calls it has hit so far. */
  readonly hits: number;
  clear(): void;
}

/** Faults on demand, on the way from the bot to Slack and back. */
export interface Faults {
  /** Slack is away: the port refuses connections until `up`, sockets are cut. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Connections are reset before the call takes effect. */
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
  /** Resolves when the fault is cleared. */
  untilCleared(fault: Fault): Promise<void>;
  skewMs(): number;
  copies(): number;
}

interface Rule {
  fault: Fault;
  filter: FaultFilter;
  hits: number;
  cleared: PromiseWithResolvers<void>;
}

interface Inbound {
  skewMs: number;
  copies: number;
}

/** Builds both sides: what tests turn, and what the workspace asks. `port` is the front's. */
export function createFaults(port: { close(): Promise<void>; open(): Promise<void> }, hub: ChangeHub) {
  // A used-up rule stays until it is cleared: a call may still hang on it.
  const rules = new Map<Fault, Rule>();
  const inbound: Inbound = { skewMs: 0, copies: 1 };
  const plan: FaultPlan = {
    hit(method, channel) {
      const rule = [...rules.values()].find((one) => isInForce(one) && matches(one.filter, method, channel));
      if (rule) rule.hits += 1;
      return rule?.fault;
    },
    untilCleared: (fault) => rules.get(fault)?.cleared.promise ?? Promise.resolve(),
    skewMs: () => inbound.skewMs,
    copies: () => inbound.copies,
  };
  return { faults: createSwitches(port, hub, rules, inbound), plan };
}

function createSwitches(
  port: { close(): Promise<void>; open(): Promise<void> },
  hub: ChangeHub,
  rules: Map<Fault, Rule>,
  inbound: Inbound,
): Faults {
  let isDown = false;
  const turn = async (down: boolean) => {
    if (isDown === down) return;
    isDown = down;
    await (down ? port.close() : port.open());
    hub.emit({ kind: 'fault' });
  };
  const add = (fault: Fault, filter: FaultFilter = {}) => addRule(rules, hub, fault, filter);
  return {
    down: () => turn(true),
    up: () => turn(false),
    reset: (filter) => add({ kind: 'reset' }, filter),
    hang: (filter) => add({ kind: 'hang' }, filter),
    slow: (ms, filter) => add({ kind: 'slow', ms }, filter),
    rateLimit: (retryAfter, filter) => add({ kind: 'rate-limited', retryAfter }, filter),
    http: (status, filter) => add({ kind: 'http', status }, filter),
    fail: (error, filter) => add({ kind: 'error', error }, filter),
    dropReply: (filter) => add({ kind: 'drop-reply' }, filter),
    clockSkew(ms) {
      inbound.skewMs = ms;
    },
    duplicateDeliveries(copies) {
      inbound.copies = copies;
    },
    async clear() {
      for (const rule of rules.values()) rule.cleared.resolve();
      rules.clear();
      Object.assign(inbound, { skewMs: 0, copies: 1 });
      await turn(false);
    },
  };
}

function addRule(rules: Map<Fault, Rule>, hub: ChangeHub, fault: Fault, filter: FaultFilter): ActiveFault {
  const rule: Rule = { fault, filter, hits: 0, cleared: Promise.withResolvers() };
  rules.set(fault, rule);
  hub.emit({ kind: 'fault' });
  return {
    get hits() {
      return rule.hits;
    },
    clear() {
      rules.delete(fault);
      rule.cleared.resolve();
      hub.emit({ kind: 'fault' });
    },
  };
}

function isInForce({ hits, filter }: Rule): boolean {
  return filter.times === undefined || hits < filter.times;
}

function matches(filter: FaultFilter, method: string, channel: string | undefined): boolean {
  if (filter.channel !== undefined && filter.channel !== channel) return false;
  if (filter.method === undefined) return true;
  return typeof filter.method === 'string' ? filter.method === method : filter.method.test(method);
}
