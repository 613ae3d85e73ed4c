import type { Faults } from '../../slack/faults.ts';
import { type CommandGroup, type ConsoleCommand, splitWord } from '../command.ts';
import { ConsoleError, type Session } from '../session.ts';

const SLOW_MS = 2_000;
const LIMIT_SECONDS = 5;
const LOG_LINES = 20;

const slack: ConsoleCommand = {
  name: 'slack',
  usage: 'down|up|slow [ms]|limit [s]',
  summary: 'cut the bot off from Slack, slow Slack down, let it answer 429',
  async run(session, rest) {
    const { word, rest: amount } = splitWord(rest);
    const change = SLACK_STATES[word];
    if (!change) throw new ConsoleError('Say slack down, slack up, slack slow [ms] or slack limit [s].');
    session.screen.print(await change(session.sandbox.workspace.faults, amount));
  },
};

/** What to do to Slack, and what to say of it. */
const SLACK_STATES: Record<string, (faults: Faults, amount: string) => Promise<string>> = {
  async down(faults) {
    await faults.down();
    return 'The bot cannot reach Slack any more; people still reach the bot. "slack up" ends it.';
  },
  async up(faults) {
    await faults.clear();
    return 'Slack works.';
  },
  async slow(faults, amount) {
    const ms = positive(amount, SLOW_MS);
    faults.slow(ms);
    return `Every answer of Slack takes ${ms} ms longer. "slack up" ends it.`;
  },
  async limit(faults, amount) {
    const seconds = positive(amount, LIMIT_SECONDS);
    faults.rateLimit(seconds);
    return `Slack answers every call with 429, Retry-After ${seconds}. "slack up" ends it.`;
  },
};

const pagerduty: ConsoleCommand = {
  name: 'pagerduty',
  usage: 'down|up',
  summary: 'cut the bot off from PagerDuty',
  run({ sandbox, screen }, rest) {
    if (rest === 'down') {
      sandbox.pagerDuty.fault({ kind: 'down' });
      screen.print('The bot cannot reach PagerDuty any more. "pagerduty up" ends it.');
    } else if (rest === 'up') {
      sandbox.pagerDuty.clearFaults();
      screen.print('PagerDuty works.');
    } else throw new ConsoleError('Say pagerduty down or pagerduty up.');
  },
};

const kill: ConsoleCommand = {
  name: 'kill',
  summary: 'kill -9 the bot, whatever it does; it is started again',
  async run(session) {
    const { bot } = session.sandbox;
    const was = bot.pid;
    await bot.kill();
    session.screen.print(was === undefined ? 'The bot was not running.' : `Process ${was} was killed.`);
    await startAgain(session);
  },
};

const restart: ConsoleCommand = {
  name: 'restart',
  summary: 'stop the bot as an upgrade would, and start it again',
  async run(session) {
    const { bot } = session.sandbox;
    const was = bot.pid;
    const started = performance.now();
    await bot.stop();
    if (was !== undefined) session.screen.print(`Process ${was} stopped in ${secondsSince(started)}.`);
    await startAgain(session);
  },
};

const log: ConsoleCommand = {
  name: 'log',
  usage: '[lines]',
  summary: "the last lines of the bot's log",
  run({ sandbox, screen }, rest) {
    const lines = sandbox.bot.log(positive(rest, LOG_LINES));
    screen.print(lines.join('\n') || 'The bot has said nothing.');
  },
};

/** Commands that break things. */
export const trouble: CommandGroup = {
  title: 'Break things',
  commands: [slack, pagerduty, kill, restart, log],
};

async function startAgain({ sandbox, screen }: Session): Promise<void> {
  const started = performance.now();
  await sandbox.bot.start();
  screen.print(`The bot is ready again as process ${sandbox.bot.pid}, after ${secondsSince(started)}.`);
}

function secondsSince(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

function positive(text: string, otherwise: number): number {
  if (text === '') return otherwise;
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new ConsoleError(`"${text}" is no positive number.`);
}
