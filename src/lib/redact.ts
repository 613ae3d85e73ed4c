import { pino } from 'pino';
import { shorten } from './clean-text.ts';
import { findSecrets, type SecretForms, type SecretRegistry } from './secret-forms.ts';

/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

export type Logger = pino.Logger;

/** The part of a logger that most modules need. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

const SECRET_WORDS =
  'token|secret|password|passwd|passphrase|authorization|cookie|credential|signing|signature|totp|' +
  'routing[_-]?key|api[_-]?key|access[_-]?key|private[_-]?key|response[_-]?url';
const SECRET_KEY = new RegExp(SECRET_WORDS, 'i');

/** Secrets that are known by their surroundings or their shape, though nobody registered them. */
const SHAPES: readonly [RegExp, string][] = [
  // The password of scheme://user:password@host
  [/([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]*:)[^\s/?#"'<>]+@/gi, `$1${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[\w+/=.~-]{16,}/gi, `$1 ${REDACTED}`],
  [/\bxox[a-z](?:\.xox[a-z])?-[\w-]{6,}|\bxapp-[\w-]{6,}/g, REDACTED],
  // Whoever has such an address may post with it.
  [/(https:\/\/hooks\.slack(?:-gov)?\.com\/)[^\s"'<>]+/gi, `$1${REDACTED}`],
  // key=value, as in query strings and connection strings
  [new RegExp(`((?:${SECRET_WORDS})[\\w-]{0,40}=)[^\\s"'&;,]+`, 'gi'), `$1${REDACTED}`],
  // "key":"value", as in a body inside an error message; then the same once more escaped
  [
    new RegExp(`("[\\w-]{0,40}(?:${SECRET_WORDS})[\\w-]{0,40}"\\s*:\\s*")(?:[^"\\\\]|\\\\.)*`, 'gi'),
    `$1${REDACTED}`,
  ],
  [
    new RegExp(`(\\\\"[\\w-]{0,40}(?:${SECRET_WORDS})[\\w-]{0,40}\\\\"\\s*:\\s*\\\\")[^"\\\\]*`, 'gi'),
    `$1${REDACTED}`,
  ],
];

const DEEPEST = 20;
const LONGEST_ERROR_TEXT = 20_000;

/** Takes registered secrets, in all their written forms, and what looks like a secret out of a text. */
export function redactText(text: string, forms: SecretForms): string {
  let result = '';
  let done = 0;
  for (const [start, end] of findSecrets(text, forms).sort((a, b) => a[0] - b[0])) {
    if (start >= done) result += text.slice(done, start) + REDACTED;
    done = Math.max(done, end);
  }
  result += text.slice(done);
  for (const [pattern, replacement] of SHAPES) result = result.replace(pattern, replacement);
  return result;
}

/**
 * A copy of a value, as JSON would show it, without secrets: texts and keys go through `redactText`, and
 * whatever stands under a key such as `token` or `routing_key` is replaced whole.
 */
export function redactValue(value: unknown, forms: SecretForms): unknown {
  return redactInside(value, forms, []);
}

function redactInside(value: unknown, forms: SecretForms, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value, forms);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return forms.plain.includes(String(value)) ? REDACTED : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length >= DEEPEST) return '[too deep]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;

  const path = [...above, value];
  if (value instanceof Error) return redactInside(describeError(value), forms, path);
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return redactInside(value.toJSON(), forms, path);
  }
  if (Array.isArray(value)) return value.map((item) => redactInside(item, forms, path));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redactText(key, forms),
      isTelling(item) && SECRET_KEY.test(key) ? REDACTED : redactInside(item, forms, path),
    ]),
  );
}

/** Whether a value under a secret's key could show something of it. */
function isTelling(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean';
}

export interface LoggerOptions {
  level: pino.LevelWithSilent;
  secrets: SecretRegistry;
  /** Where the lines go; default: standard output, written at once. */
  destination?: { write(line: string): unknown };
}

/**
 * The process's logger: JSON lines with `name: "lifeboat"`. Every line is redacted as a whole, just before
 * it is written, so that no binding, error, stack or cause gets past; secrets registered later count too.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, secrets, destination = pino.destination({ dest: 1, sync: true }) } = options;
  return pino(
    {
      name: 'lifeboat',
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeIfError, error: describeIfError },
    },
    { write: (line: string) => void destination.write(redactLine(line, secrets.forms())) },
  );
}

function redactLine(line: string, forms: SecretForms): string {
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line), forms))}\n`;
  } catch {
    // Not JSON after all: a line without structure is better than a secret or a lost line.
    return redactText(line, forms);
  }
}

function describeIfError(value: unknown): unknown {
  return value instanceof Error ? describeError(value) : value;
}

/**
 * An error in few words: no bodies, configurations and clients that vendors hang on their errors, only
 * plain values beside message and stack, and its causes.
 */
function describeError(error: Error, depth = 0): Record<string, unknown> {
  const plain = Object.entries(error).filter(([, value]) => value === null || typeof value !== 'object');
  const inner = error instanceof AggregateError ? error.errors.slice(0, 5) : [];
  const describeInner = (value: unknown): unknown =>
    value instanceof Error && depth < 5 ? describeError(value, depth + 1) : String(value);
  return {
    ...Object.fromEntries(plain.filter(([, value]) => typeof value !== 'function')),
    type: error.name,
    message: shorten(error.message, LONGEST_ERROR_TEXT),
    stack: shorten(error.stack ?? '', LONGEST_ERROR_TEXT),
    ...(error.cause === undefined ? {} : { cause: describeInner(error.cause) }),
    ...(inner.length === 0 ? {} : { errors: inner.map(describeInner) }),
  };
}
