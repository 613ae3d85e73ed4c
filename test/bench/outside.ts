import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPagerDutyStandIn } from '../../src/sandbox/pagerduty/stand-in.ts';
import type { RateLimitMode } from '../../src/sandbox/slack/rate-limits.ts';
import type { RequestRecord } from '../../src/sandbox/slack/request-log.ts';
import { createSlackWorkspace } from '../../src/sandbox/slack/workspace.ts';
import { pagerSettings, slackOptions } from './cast.ts';
import { offer } from './remote.ts';

/** One call of the bot's, as Slack saw it. */
export interface SlackCall {
  id: number;
  method: string;
  /** Milliseconds since 1970, when it came in. */
  at: number;
  /** Milliseconds until it was answered; absent while it was not. */
  tookMs?: number;
  channel?: string;
  /** The bot's own mark on a message. */
  key?: string;
  ok: boolean;
  error?: string;
}

export interface Button {
  actionId: string;
  blockId: string;
  value: string;
  ts: string;
}

export type Outside = ReturnType<typeof createOutside>;

// Slack and PagerDuty in a process of their own, so that their work is not counted as the bot's.
const slack = await createSlackWorkspace(slackOptions());
const pager = await createPagerDutyStandIn(pagerSettings());
const finishedAt = stampFinished();
const sink = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end());
});
await new Promise<void>((resolve) => void sink.listen(0, '127.0.0.1', resolve));
offer(createOutside());

/** The log tells when a call came in; this adds when it was answered. */
function stampFinished(): WeakMap<RequestRecord, number> {
  const stamps = new WeakMap<RequestRecord, number>();
  let open: RequestRecord[] = [];
  let lastSeen = 0;
  slack.subscribe(({ kind }) => {
    if (kind !== 'request') return;
    for (let at = slack.requests.length - 1; at >= 0; at -= 1) {
      const record = slack.requests[at] as RequestRecord;
      if (record.id <= lastSeen) break;
      open.push(record);
    }
    lastSeen = Math.max(lastSeen, ...open.map(({ id }) => id));
    open = open.filter((record) => {
      if (record.outcome === 'pending') return true;
      stamps.set(record, Date.now());
      return false;
    });
  });
  return stamps;
}

function createOutside() {
  return {
    addresses: () => ({ slack: slack.apiUrl, pager: pager.url, teamId: slack.teamId }),
    deliverTo: (urls: string[]) => slack.deliverTo(urls),
    limit: (mode: RateLimitMode) => slack.limitRates(mode),
    /** Every call takes this much longer, in milliseconds; 0: as fast as it goes. */
    async slow(ms: number) {
      await slack.faults.clear();
      if (ms > 0) slack.faults.slow(ms);
    },

    /** Types a command and waits for the answer. */
    command: (handle: string, text: string, channel: string) => slack.command(handle, text, { channel }),
    /** What Slack gives along with something a person does: good for one form, and for five answers. */
    async handles(handle: string, channel: string) {
      // The request itself goes nowhere: the benchmark sends its own.
      slack.deliverTo(`http://127.0.0.1:${(sink.address() as AddressInfo).port}`);
      const { id } = await slack.command(handle, '', { channel });
      const payload = slack.deliveries.findLast((one) => one.id === id)?.payload;
      return { triggerId: String(payload?.trigger_id), responseUrl: String(payload?.response_url) };
    },
    channels: () => slack.channels().map(({ id, name, members }) => ({ id, name, members: members.length })),
    /** The newest button in a channel that leads to this intent. */
    button: (channel: string, intent: string) => findButton(channel, intent),
    /** What the bot called after the call with this id. */
    calls: (after: number): SlackCall[] => slack.requests.filter(({ id }) => id > after).map(callOf),
    /** Calls and answers a correct bot would not make. */
    complaints: () => slack.refusals.map(({ method, error }) => `${method}: ${error}`),
  };
}

function callOf(record: RequestRecord): SlackCall {
  const { id, method, at, args, reply, status } = record;
  const metadata = typeof args.metadata === 'string' ? JSON.parse(args.metadata) : args.metadata;
  const finished = finishedAt.get(record);
  const channel = args.channel ?? args.channel_id ?? (reply?.channel as { id?: string } | undefined)?.id;
  return {
    id,
    method,
    at,
    ...(finished === undefined ? {} : { tookMs: finished - at }),
    ...(channel === undefined ? {} : { channel: String(channel) }),
    ...(metadata ? { key: String(metadata.event_payload?.key) } : {}),
    ok: status === 200 && reply?.ok === true,
    ...(reply?.error ? { error: String(reply.error) } : {}),
  };
}

function findButton(channel: string, intent: string): Button {
  for (const message of slack.messages(channel).toReversed()) {
    for (const block of message.blocks ?? []) {
      for (const element of (block.elements ?? []) as Record<string, unknown>[]) {
        if (!String(element.value ?? '').includes(`"${intent}"`)) continue;
        return {
          actionId: String(element.action_id),
          blockId: String(block.block_id),
          value: String(element.value),
          ts: message.ts,
        };
      }
    }
  }
  throw new Error(`There is no button for ${intent} in ${channel}`);
}
