import type { PagerEvent } from '../../app/ports/pager-event.ts';
import { withTimeout } from '../../lib/with-timeout.ts';
import { answer, type Route, readBody } from './server.ts';

/** PagerDuty guarantees bodies up to 55 KB. */
const MAX_BYTES = 512 * 1024;
/** PagerDuty waits 5 s; a decision that takes longer is answered as our fault, and comes again. */
const DEADLINE_MS = 4000;

type Parsed =
  | PagerEvent
  | { kind: 'ignored'; eventType: string; id: string }
  | { kind: 'malformed'; problem: string };

/**
 * Receives the pager's webhooks. Our own faults answer 5xx, so that the event comes again; 4xx is kept
 * for what PagerDuty itself got wrong, since it drops the event and after three of them the subscription.
 */
export function pagerDutyRoute(deps: {
  /** Without a secret nothing can be verified: then every webhook is answered as our fault. */
  configured: boolean;
  verify(raw: Buffer, signature: string | undefined): boolean;
  parse(raw: Buffer): Parsed;
  receive(event: PagerEvent): Promise<string>;
  count(outcome: string): void;
  log: { warn(fields: object, text: string): void; error(fields: object, text: string): void };
}): Route {
  return async (req, res) => {
    const finish = (status: number, outcome: string, words: string) => {
      deps.count(outcome);
      answer(res, status, words);
    };
    if (!deps.configured) {
      deps.log.error({}, 'a webhook came, but PAGERDUTY_WEBHOOK_SECRETS is not set');
      return finish(503, 'not_configured', 'no webhook secret is set here yet; please send it again');
    }
    const raw = await readBody(req, MAX_BYTES);
    if (!raw) {
      // The rest of the body is still to come and must not be taken for the next request.
      res.setHeader('connection', 'close');
      return finish(413, 'too_large', 'the body is too large');
    }
    const header = req.headers['x-pagerduty-signature'];
    if (!deps.verify(raw, Array.isArray(header) ? header.join(',') : header)) {
      deps.log.warn({}, 'a webhook with a wrong signature was refused');
      return finish(401, 'bad_signature', 'the signature does not match; nothing was done');
    }
    const event = deps.parse(raw);
    if (event.kind === 'malformed') {
      // Signed by PagerDuty, yet unreadable: ours to mend, so nothing may be lost.
      deps.log.error({ problem: event.problem }, 'a signed webhook could not be read');
      return finish(500, 'malformed', 'this event could not be read here');
    }
    if (event.kind === 'ignored') return finish(202, 'ignored', 'nothing to do for this kind of event');
    try {
      finish(
        202,
        await withTimeout(DEADLINE_MS, () => deps.receive(event), { what: 'a webhook' }),
        'received',
      );
    } catch (err) {
      deps.log.error({ err, eventId: event.id }, 'a webhook could not be handled');
      finish(503, 'failed', 'not handled yet; please send it again');
    }
  };
}
