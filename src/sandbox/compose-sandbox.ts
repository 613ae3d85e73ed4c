import { createWriteStream } from 'node:fs';
import path from 'node:path';
import type { Log } from '../lib/redact.ts';
import { type Releasers, withReleasers } from '../lib/releasers.ts';
import { type BotProcess, type Crash, createBotProcess } from './bot-process.ts';
import type { Cast } from './cast.ts';
import { type Claim, claimFolder } from './claim.ts';
import { startDatabase } from './database.ts';
import type { AppManifest } from './manifest.ts';
import { createPagerDutyStandIn, type PagerDutyStandIn } from './pagerduty/stand-in.ts';
import type { User } from './pagerduty/types.ts';
import type { ProfileWorld } from './profile-world.ts';
import { readWorld, type World } from './read-world.ts';
import { createSlackWorkspace, type SlackWorkspace } from './slack/workspace.ts';

export interface SandboxOptions {
  /** The project's folder: where `src/`, `templates/` and `manifest.yml` lie. */
  root: string;
  /** Folder for the sandbox's own files, made when missing. */
  dir: string;
  /** Name of a profile under `templates/profiles`, or path of a file. */
  profile: string;
  /** Pace of status updates as a profile writes it (`30s`); by default the profile's own. */
  statusEvery?: string;
  /** Goes on with the record of the last sandbox; by default the database is empty. */
  keep?: boolean;
  /** TCP port of the bot; by default any free one. */
  port?: number;
  /** File that is run as the bot; by default the bot's own. */
  botEntry?: string;
  /** Hears when the bot ends by itself. */
  onCrash?: (crash: Crash) => void;
  /** Ends a start that is under way. */
  signal?: AbortSignal;
}

/** Everything that runs. */
export interface Sandbox {
  workspace: SlackWorkspace;
  pagerDuty: PagerDutyStandIn;
  bot: BotProcess;
  /** Where the bot listens, without a slash at the end. */
  botUrl: string;
  cast: Cast;
  profile: ProfileWorld;
  /** Who has an account in PagerDuty. */
  pagerUsers: User[];
  /** What the app is installed with. */
  manifest: AppManifest;
  /** How long the start took, in milliseconds. */
  startedInMs: number;
  /** Stops the bot first, then what it needs. A second call waits for the first. */
  stop(): Promise<void>;
}

/** More than the bot's own deadline for stopping (20 s), and time for PostgreSQL. */
const STOP_DEADLINE_MS = 60_000;

/**
 * Starts a PostgreSQL, a Slack workspace, a PagerDuty and the bot, which is configured by its environment as
 * everywhere. What was started is stopped again if the rest cannot be.
 * @throws with what is wrong in words; when the bot ends, with its last lines.
 */
export function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const started = performance.now();
  return withReleasers({ deadlineMs: STOP_DEADLINE_MS }, async (releasers) => {
    const entry = options.botEntry ?? path.join(options.root, 'src', 'main.ts');
    const world = await readWorld(options);
    const claim = await claimFolder(options.dir, entry);
    releasers.add('the folder', () => claim.release());
    const parts = await startParts(options, world, releasers);
    options.signal?.throwIfAborted();
    const bot = await startBot({ options, entry, world, claim, ...parts }, releasers);
    const { workspace, pagerDuty } = parts;
    workspace.deliverTo(`${bot.url}/slack/events`);
    pagerDuty.setWebhook({ url: `${bot.url}/webhooks/pagerduty` });

    let stopping: Promise<void> | undefined;
    return {
      workspace,
      pagerDuty,
      bot,
      botUrl: bot.url,
      cast: world.cast,
      profile: world.profile,
      pagerUsers: world.account.settings.users,
      manifest: world.manifest,
      startedInMs: performance.now() - started,
      stop() {
        stopping ??= releasers.release();
        return stopping;
      },
    };
  });
}

/** What the bot needs, side by side. What did start is closed by the releasers if another part did not. */
async function startParts(options: SandboxOptions, world: World, releasers: Releasers) {
  const { cast, account, slackToken, signingSecret } = world;
  const log = partsLog(releasers, options.dir);
  const [database, pagerDuty, workspace] = await Promise.allSettled([
    startDatabase({ dir: options.dir, keep: options.keep ?? false, log }).then((server) => {
      releasers.add('PostgreSQL', () => server.stop());
      return server.url;
    }),
    createPagerDutyStandIn({
      ...account.settings,
      webhook: { secrets: [account.webhookSecret] },
    }).then((made) => {
      releasers.add('PagerDuty', () => made.close());
      return made;
    }),
    createSlackWorkspace({
      ...cast.workspace,
      bot: { token: slackToken, signingSecret },
      scopes: world.manifest.oauth_config.scopes.bot,
    }).then((made) => {
      releasers.add('Slack', () => made.close());
      return made;
    }),
  ]);
  return {
    databaseUrl: settledValue(database),
    pagerDuty: settledValue(pagerDuty),
    workspace: settledValue(workspace),
  };
}

/** What the bot is started with. */
interface Surroundings {
  options: SandboxOptions;
  entry: string;
  world: World;
  claim: Claim;
  workspace: SlackWorkspace;
  pagerDuty: PagerDutyStandIn;
  databaseUrl: string;
}

async function startBot(surroundings: Surroundings, releasers: Releasers): Promise<BotProcess> {
  const { options, entry, claim } = surroundings;
  const output = createWriteStream(path.join(options.dir, 'bot.log'));
  releasers.add("the bot's log", () => void output.end());
  const bot = createBotProcess({
    entry,
    cwd: options.root,
    port: options.port ?? 0,
    signal: options.signal ?? new AbortController().signal,
    env: botEnvironment(surroundings),
    onStarted: (pid) => claim.rememberBot(pid),
    onLine: (line) => output.write(`${line}\n`),
    onCrash: (crash) => options.onCrash?.(crash),
  });
  releasers.add('the bot', () => bot.stop());
  await bot.start();
  return bot;
}

function settledValue<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Whatever the parts have to say goes to a file beside them; their errors are thrown besides. */
function partsLog(releasers: Releasers, dir: string): Log {
  const output = createWriteStream(path.join(dir, 'sandbox.log'));
  releasers.add('the log of the parts', () => void output.end());
  const line = (level: string) => (fields: unknown, text?: string) => {
    const { err, ...rest } = (typeof fields === 'object' ? fields : { text: fields }) as { err?: Error };
    output.write(
      `${JSON.stringify({ time: new Date().toISOString(), level, ...rest, err: err?.stack, msg: text })}\n`,
    );
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** The bot's whole environment: nothing of the user's own Slack or PagerDuty must reach it. */
function botEnvironment({
  options,
  world,
  workspace,
  pagerDuty,
  databaseUrl,
}: Surroundings): Record<string, string> {
  const { account } = world;
  const inherited = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    SLACK_BOT_TOKEN: world.slackToken,
    SLACK_SIGNING_SECRET: world.signingSecret,
    SLACK_API_URL: workspace.apiUrl,
    DATABASE_URL: databaseUrl,
    LIFEBOAT_PROFILE: world.profilePath,
    LIFEBOAT_HOME: options.dir,
    PAGERDUTY_TOKEN: account.settings.apiToken,
    PAGERDUTY_FROM: account.from,
    PAGERDUTY_ROUTING_KEY: account.routingKey,
    PAGERDUTY_WEBHOOK_SECRETS: account.webhookSecret,
    PAGERDUTY_API_URL: pagerDuty.url,
    PAGERDUTY_EVENTS_URL: pagerDuty.url,
  };
}
