import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Catalogue } from '../../app/ports/catalogue.ts';
import type { Chat, Directory } from '../../app/ports/chat.ts';
import type { OnCallPerson } from '../../app/ports/pager.ts';
import type { Chatops } from '../../chatops/port.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { UpstreamError } from '../../core/shared/upstream-error.ts';
import type { Log } from '../../lib/redact.ts';
import { TimeoutError, withTimeout } from '../../lib/with-timeout.ts';
import type { InboundKind } from './answering.ts';
import { createHttpIntake, ENDPOINT } from './bolt.ts';
import { createChat } from './chat.ts';
import { createSlackClients } from './client.ts';
import { createCourier } from './deliver.ts';
import { createDirectory } from './directory.ts';
import { createIdentity } from './identity.ts';
import { createInbound } from './inbound.ts';
import { createInboundWords } from './inbound-words.ts';
import type { Memory } from './last-known.ts';
import type { OnCallReader } from './role-sources.ts';
import { createSocketIntake } from './socket-mode.ts';

export interface SlackOptions {
  token: string;
  /** Needed when Slack calls us over HTTP. */
  signingSecret?: string;
  /** Turns Socket Mode on. */
  appToken?: string;
  /** Base address of the Web API, ending in `/api/`. */
  apiUrl?: string;
  profile: Profile;
  notes: Memory;
  /** Who is on call now. */
  onCall(query: { escalationPolicyIds: string[]; scheduleIds: string[] }): Promise<OnCallPerson[]>;
  catalogue: Catalogue;
  log: Log;
  /** Hears how long Slack waited for each acknowledgement, in milliseconds. */
  onAck?: (kind: InboundKind, tookMs: number) => void;
}

export interface SlackAdapter {
  chat: Chat;
  directory: Directory;
  /** Opens the way in. */
  connect(chatops: Chatops): Promise<SlackInbound>;
}

export interface SlackInbound {
  /** What our HTTP server answers for Slack, by `METHOD /path`; nothing in Socket Mode. */
  routes: Record<string, (req: IncomingMessage, res: ServerResponse) => void>;
  /** How the connection stands, in words. @throws when it does not work, in words too. */
  ready(): string;
  /** Takes nothing more, finishes the answers under way, and lets go of Slack. */
  stop(): Promise<void>;
}

/** A person waits: a pager that is slow counts as one that cannot be read. */
const ON_CALL_TIMEOUT_MS = 2_500;

/** Slack as a whole: the words out, who people are, and the way in. Nothing is sent before it is needed. */
export function createSlack(options: SlackOptions): SlackAdapter {
  const { token, profile, catalogue, notes: memory, log } = options;
  const clients = createSlackClients(options);
  const identity = createIdentity({ client: clients.reads, token, memory, log });
  const onCall = readOnCall(options.onCall);
  const directory = createDirectory({ client: clients.reads, identity, profile, memory, onCall, log });

  return {
    chat: createChat({ clients, identity }),
    directory,
    async connect(chatops) {
      const inbound = createInbound({
        chatops,
        identity,
        words: createInboundWords(catalogue),
        courier: createCourier({ clients, log }),
        accountChanged: (user) => directory.accountChanged(user),
        log,
        onAck: options.onAck,
      });
      await identity.start();
      const intake = await openIntake({ ...options, identity, inbound });
      return {
        routes: intake.routes,
        ready: () => inWords([identity.ready(), ...intake.ready()]),
        async stop() {
          identity.stop();
          await intake.stop();
          await inbound.drain();
        },
      };
    },
  };
}

interface Intake {
  routes: SlackInbound['routes'];
  ready(): { ok: boolean; words: string }[];
  stop(): Promise<void>;
}

type IntakeOptions = SlackOptions & Pick<Parameters<typeof createHttpIntake>[0], 'identity' | 'inbound'>;

async function openIntake(options: IntakeOptions): Promise<Intake> {
  const { appToken, signingSecret = '' } = options;
  if (appToken !== undefined) {
    const socket = await createSocketIntake({ ...options, appToken });
    socket.start();
    return { routes: {}, ready: () => [socket.ready()], stop: () => socket.stop() };
  }
  const { slackRequestListener } = await createHttpIntake({ ...options, signingSecret });
  return { routes: { [`POST ${ENDPOINT}`]: slackRequestListener }, ready: () => [], stop: async () => {} };
}

function inWords(states: { ok: boolean; words: string }[]): string {
  const words = states.map((state) => state.words).join('; ');
  if (states.every(({ ok }) => ok)) return words;
  throw new Error(words);
}

/** Whoever is asked first now: all of a schedule, the lowest level of an escalation policy. */
function readOnCall(onCall: SlackOptions['onCall']): OnCallReader {
  return async ({ kind, id }) => {
    const query = {
      escalationPolicyIds: kind === 'policy' ? [id] : [],
      scheduleIds: kind === 'schedule' ? [id] : [],
    };
    const people = await withTimeout(ON_CALL_TIMEOUT_MS, () => onCall(query)).catch((error: unknown) => {
      if (!(error instanceof TimeoutError)) throw error;
      throw new UpstreamError('pagerduty', 'timed_out', { retry: 'safe' });
    });
    const first = Math.min(...people.map(({ level }) => level));
    const asked = kind === 'policy' ? people.filter(({ level }) => level === first) : people;
    return asked.map(({ name, email }) => ({ name, email }));
  };
}
