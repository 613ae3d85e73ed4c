import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Empty means unset: a shell or a compose file often passes `NAME=`. */
const text = z.string().trim().min(1).optional();
const url = z.url({
  protocol: /^https?$/,
  error: 'expected an address that starts with http:// or https://',
});

const Environment = z.object({
  SLACK_BOT_TOKEN: z
    .string({ error: 'is needed: the bot token of the Slack app (OAuth & Permissions, starts with xoxb-)' })
    .regex(/^xoxb-/, 'must start with xoxb-; this is another kind of token'),
  SLACK_SIGNING_SECRET: text,
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-/, 'must start with xapp-; this is another kind of token')
    .optional(),
  SLACK_API_URL: url.default('https://slack.com/api/'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host/database')
    .refine((address) => URL.canParse(address), 'must look like postgres://user:password@host/database')
    .optional(),
  LIFEBOAT_PROFILE: z.string({
    error: 'is needed: the name of a profile under templates/profiles, or the path of your own',
  }),
  LIFEBOAT_HOME: z.string().default('.lifeboat'),
  PORT: z.coerce
    .number('must be a port number')
    .int()
    .min(0, 'must be 0 to 65535')
    .max(65_535, 'must be 0 to 65535')
    .default(3000),
  PUBLIC_URL: url.optional(),
  PAGERDUTY_TOKEN: text,
  PAGERDUTY_FROM: z.email('must be the e-mail address of a PagerDuty user').optional(),
  PAGERDUTY_ROUTING_KEY: text,
  PAGERDUTY_WEBHOOK_SECRETS: text,
  PAGERDUTY_API_URL: url.default('https://api.pagerduty.com'),
  PAGERDUTY_EVENTS_URL: url.default('https://events.pagerduty.com'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** Names whose values are secrets: never shown, and given to the redaction of logs. */
const SECRET_NAMES = [
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_APP_TOKEN',
  'PAGERDUTY_TOKEN',
  'PAGERDUTY_ROUTING_KEY',
  'PAGERDUTY_WEBHOOK_SECRETS',
] as const;

export type Config = Readonly<
  z.infer<typeof Environment> & {
    /** How Slack reaches the bot. */
    slackMode: 'http' | 'socket';
    webhookSecrets: string[];
    /** Every secret value, for redaction. */
    secrets: string[];
  }
>;

/** Every fault of the configuration, in words for whoever starts the process. */
export class ConfigError extends Error {
  constructor(faults: string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((f) => `  ${f}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads the environment once. Any value may come from a file named by `NAME_FILE`. All faults are
 * reported together. Throws `ConfigError`.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const faults: string[] = [];
  const values = withFiles(env, faults);
  const parsed = Environment.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) faults.push(`${issue.path.join('.')} ${issue.message}`);
  }
  if (!values.SLACK_SIGNING_SECRET && !values.SLACK_APP_TOKEN) {
    faults.push(
      'SLACK_SIGNING_SECRET is needed when Slack calls the bot over HTTP; or set SLACK_APP_TOKEN to use Socket Mode',
    );
  }
  if (values.PAGERDUTY_TOKEN && !values.PAGERDUTY_FROM) {
    faults.push(
      'PAGERDUTY_FROM is needed with PAGERDUTY_TOKEN: PagerDuty demands the e-mail address of a user',
    );
  }
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults);
  const config = parsed.data;
  const webhookSecrets = (config.PAGERDUTY_WEBHOOK_SECRETS ?? '').split(/[\s,]+/).filter((s) => s !== '');
  const password = config.DATABASE_URL && decodeURIComponent(new URL(config.DATABASE_URL).password);
  const secrets = [
    ...SECRET_NAMES.flatMap((name) => config[name] ?? []),
    ...webhookSecrets,
    ...(password ? [password] : []),
  ];
  return Object.freeze({
    ...config,
    slackMode: config.SLACK_APP_TOKEN ? 'socket' : 'http',
    webhookSecrets,
    secrets,
  });
}

function withFiles(env: Record<string, string | undefined>, faults: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of Object.keys(Environment.shape)) {
    const file = env[`${name}_FILE`];
    const direct = env[name];
    if (direct !== undefined && direct.trim() !== '') values[name] = direct;
    else if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        faults.push(
          `${name}_FILE names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`,
        );
      }
    }
  }
  return values;
}
