import type { Answer, Chatops } from '../../chatops/port.ts';
import type { Message } from '../../core/message/message.ts';
import { assertNever } from '../../core/shared/assert-never.ts';
import type { Log } from '../../lib/redact.ts';
import type { Courier, WayBack } from './deliver.ts';
import type { IdentityKeeper, SlackIdentity } from './identity.ts';
import type { InboundWords } from './inbound-words.ts';
import { isOurs, type Origin } from './payloads.ts';

/** Acknowledges what Slack sent, once, with or without an answer in it. Rejects when the way is cut. */
export type Ack = (response?: object) => Promise<void>;

export type InboundKind = 'command' | 'action' | 'submission' | 'shortcut';

export interface InboundDeps {
  chatops: Chatops;
  identity: Pick<IdentityKeeper, 'current'>;
  words: InboundWords;
  courier: Courier;
  /** Takes the user object of an event; true if it changes what somebody may do. */
  accountChanged(user: unknown): boolean;
  log: Log;
  /** Hears how long Slack waited for each acknowledgement, in milliseconds. */
  onAck?: (kind: InboundKind, tookMs: number) => void;
  /** What takes longer is answered later, in milliseconds. */
  answerWithinMs?: number;
}

/** Slack waits three seconds. */
const ANSWER_WITHIN_MS = 2_000;

/** One request of Slack's on its way to an acknowledgement. */
export interface Request {
  /** False when it could not be acknowledged: the answer has to take another way. */
  ack(response?: object): Promise<boolean>;
}

/** Times acknowledgements and survives a way that was cut. */
export function startRequest({ log, onAck }: InboundDeps, kind: InboundKind, ack: Ack): Request {
  const started = performance.now();
  return {
    async ack(response) {
      try {
        await ack(response);
        onAck?.(kind, performance.now() - started);
        return true;
      } catch (err) {
        log.warn({ err, kind }, 'a request of slack could not be acknowledged');
        return false;
      }
    },
  };
}

/** Who we are, if the request is for us; else what to say. */
export function admission(
  { identity, words, log }: InboundDeps,
  origin: Origin,
): { us: SlackIdentity } | { refusal: Message; isForeign: boolean } {
  const us = identity.current();
  if (!us) return { refusal: words.notConnected(), isForeign: false };
  if (isOurs(origin, us)) return { us };
  log.warn({ teams: origin.teams }, 'a request from a workspace that is not ours');
  return { refusal: words.unknownWorkspace(), isForeign: true };
}

/** The value if it comes while Slack waits; `late` if not. */
export async function inTime<T>(
  { answerWithinMs = ANSWER_WITHIN_MS }: InboundDeps,
  promise: Promise<T>,
): Promise<{ value: T } | 'late'> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), answerWithinMs);
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Shows an answer to a command, a click or a shortcut after it was acknowledged. */
export async function present(deps: InboundDeps, way: WayBack, answer: Answer): Promise<void> {
  const { courier, words, log } = deps;
  switch (answer.kind) {
    case 'message':
      return courier.tell(way, answer.message);
    case 'form': {
      if (way.triggerId && (await courier.open(way, answer.form))) return;
      const { triggerId: _, ...rest } = way;
      return courier.tell(rest, words.formTooLate());
    }
    case 'screen':
      return courier.tell(way, answer.screen.message);
    case 'invalid':
      log.error({ fields: Object.keys(answer.fields) }, 'faults of a form that was never sent');
      return courier.tell(way, words.invalid(Object.values(answer.fields)));
    default:
      return assertNever(answer);
  }
}
