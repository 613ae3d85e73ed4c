import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLogger, REDACTED, redactText, redactValue } from '../../../src/lib/redact.ts';
import { createSecretRegistry, MIN_SECRET_LENGTH } from '../../../src/lib/secret-forms.ts';

const none = createSecretRegistry().forms();

/** A secret that does not look like a part of what stands around it. */
const secrets = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 60 }).filter((text) => {
  return text.trim().length >= 8 && !/redacted|before|after/.test(text) && new Set(text).size > 5;
});

describe('redactText with registered values', () => {
  const writings: [string, (secret: string) => string][] = [
    ['plain', (secret) => secret],
    ['in JSON', (secret) => JSON.stringify({ value: secret })],
    ['percent-encoded', (secret) => `https://host/?x=${encodeURIComponent(secret)}`],
    [
      'percent-encoded in lower case',
      (secret) => encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
    ],
    ['as a form', (secret) => new URLSearchParams({ x: secret }).toString()],
    ['base64', (secret) => Buffer.from(secret).toString('base64')],
    ['base64 for addresses', (secret) => Buffer.from(secret).toString('base64url')],
    ['base64 after one letter', (secret) => Buffer.from(`u:${secret}`).toString('base64')],
    ['base64 in the middle', (secret) => Buffer.from(`{"x":"${secret}","y":1}`).toString('base64')],
  ];

  test.each(writings)('takes a secret out that is written %s', (_, write) => {
    fc.assert(
      fc.property(secrets, (value) => {
        const secret = value.trim();
        const forms = createSecretRegistry([value]).forms();
        const written = write(secret);

        const text = redactText(`before ${written} after`, forms);

        expect(text).toContain(REDACTED);
        expect(text).not.toContain(written);
        expect(text).not.toContain(secret);
        expect(text.startsWith('before ')).toBe(true);
        expect(text.endsWith(' after')).toBe(true);
        expect(redactText(text, forms)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test('leaves nothing of the secret in base64, not even its first and last letters', () => {
    const secret = 'correct-horse-battery';
    const header = Buffer.from(`user:${secret}`).toString('base64');
    const forms = createSecretRegistry([secret]).forms();

    const left = redactText(header, forms).replace(REDACTED, '');

    expect(Buffer.from(left, 'base64').toString()).toMatch(/^use?r?:?$/);
  });

  test('takes overlapping secrets out whole', () => {
    const forms = createSecretRegistry(['alpha-beta', 'beta-gamma', 'alpha-beta-delta']).forms();

    expect(redactText('x alpha-beta-gamma y', forms)).toBe(`x ${REDACTED} y`);
    expect(redactText('x alpha-beta-delta y', forms)).toBe(`x ${REDACTED} y`);
  });

  test('leaves text without the secret as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', '\n', 'é') }), (text) => {
        expect(redactText(text, createSecretRegistry(['XYZ-0123456789']).forms())).toBe(text);
      }),
    );
  });

  test('does not register what is too short to be told from a word', () => {
    const registry = createSecretRegistry();

    expect(registry.register('x'.repeat(MIN_SECRET_LENGTH - 1))).toBe(false);
    expect(registry.register('  ab  \n')).toBe(false);
    expect(registry.forms()).toEqual({ plain: [], base64: [] });
    expect(registry.register('x'.repeat(MIN_SECRET_LENGTH))).toBe(true);
  });

  test('knows the value of a file of secrets without its last line break', () => {
    const forms = createSecretRegistry(['from-a-file\n']).forms();

    expect(redactText('is from-a-file!', forms)).toBe(`is ${REDACTED}!`);
  });
});

describe('redactText by surroundings', () => {
  test.each([
    ['postgres://bot:hunter2@db.example:5432/x', `postgres://bot:${REDACTED}@db.example:5432/x`],
    ['redis://:p@ss:word@cache', `redis://:${REDACTED}@cache`],
    ['authorization: Bearer abcdefghijklmnop.qrs', `authorization: Bearer ${REDACTED}`],
    ['sent xoxb-123-456-abcdef and xapp-1-A0-xyz123', `sent ${REDACTED} and ${REDACTED}`],
    ['to https://hooks.slack.com/services/T0/B0/xyz now', `to https://hooks.slack.com/${REDACTED} now`],
    ['GET /x?user=1&access_token=abc&y=2', `GET /x?user=1&access_token=${REDACTED}&y=2`],
    ['host=db password=hunter2 port=5432', `host=db password=${REDACTED} port=5432`],
    ['body {"routing_key":"R0\\"UTE","a":"b"}', `body {"routing_key":"${REDACTED}","a":"b"}`],
    [
      'again {\\"signing_secret\\":\\"abc\\",\\"a\\":1}',
      `again {\\"signing_secret\\":\\"${REDACTED}\\",\\"a\\":1}`,
    ],
  ])('%s', (text, redacted) => {
    expect(redactText(text, none)).toBe(redacted);
    expect(redactText(redacted, none)).toBe(redacted);
  });

  test.each([
    'GET http://gateway.us-east-1.internal:8080/health answered 503',
    'the token has expired, password: must not be empty',
    'Basic authentication is not supported',
    'Slack said token_revoked at 2026-01-15T09:30:00Z for U012ABCDEF',
  ])('leaves as it is: %s', (text) => {
    expect(redactText(text, none)).toBe(text);
  });

  test('takes long hostile text without getting stuck', () => {
    for (const unit of ['a', 'token', '"token', 'a://b:', 'password=', '\\"', 'xoxb-', 'Bearer ']) {
      const text = unit.repeat(Math.ceil(40_000 / unit.length));

      expect(redactText(text, none).length).toBeGreaterThan(0);
    }
  });
});

describe('redactValue', () => {
  test('replaces what stands under telling keys, whatever their spelling and its type', () => {
    const value = {
      SLACK_BOT_TOKEN: 'abc',
      routingKey: 'abc',
      'Routing-Key': 'abc',
      headers: { Authorization: ['a', 'b'], 'x-slack-signature': 'v0=1' },
      password: { old: 'a', new: 'b' },
      totp: 123_456,
      hasToken: true,
      secret: null,
      user: 'U1',
    };

    expect(redactValue(value, none)).toEqual({
      SLACK_BOT_TOKEN: REDACTED,
      routingKey: REDACTED,
      'Routing-Key': REDACTED,
      headers: { Authorization: REDACTED, 'x-slack-signature': REDACTED },
      password: REDACTED,
      totp: REDACTED,
      hasToken: true,
      secret: null,
      user: 'U1',
    });
  });

  test('finds registered values at any depth, in keys, numbers and errors, and leaves its argument alone', () => {
    const forms = createSecretRegistry(['hunter2-hunter2', '48151623']).forms();
    const cause = new Error('login with hunter2-hunter2 failed');
    const value = { list: [{ 'hunter2-hunter2': 'x' }, 48151623], failure: new Error('no', { cause }) };
    const before = structuredClone(value.list);

    const text = JSON.stringify(redactValue(value, forms));

    expect(text).not.toMatch(/hunter2|48151623/);
    expect(text).toContain(`login with ${REDACTED} failed`);
    expect(value.list).toEqual(before);
  });

  test('leaves plain data without secrets as JSON would show it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const redacted = redactValue(value, createSecretRegistry(['no-such-value-here']).forms());

        expect(JSON.stringify(redacted)).toBe(JSON.stringify(value));
      }),
    );
  });

  test('survives cycles, deep nesting, bytes and dates', () => {
    const cycle: Record<string, unknown> = { at: new Date(0), bytes: Buffer.from('abc') };
    cycle.self = cycle;
    let deep: unknown = 'bottom';
    for (let level = 0; level < 50; level += 1) deep = { deep };

    expect(redactValue(cycle, none)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      bytes: '[3 bytes]',
      self: '[circular]',
    });
    expect(JSON.stringify(redactValue(deep, none))).toContain('[too deep]');
  });
});

describe('createLogger', () => {
  function aLogger(initial: readonly string[] = []) {
    const lines: string[] = [];
    const secrets = createSecretRegistry(initial);
    const destination = { write: (line: string) => lines.push(line) };
    const log = createLogger({ level: 'debug', secrets, destination });
    return { log, lines, secrets, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
  }

  test('writes one JSON line with name, level in words, time and fields', () => {
    const { log, lines, last } = aLogger();

    log.info({ incidentId: 'DR-20260115-001' }, 'incident declared');

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toMatchObject({
      name: 'lifeboat',
      level: 'info',
      incidentId: 'DR-20260115-001',
      msg: 'incident declared',
    });
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test('lets no registered value through: message, field, binding, error, stack, cause, properties', () => {
    const secret = 'swordfish-"42"\\\n\tend';
    const { log, lines } = aLogger([secret]);
    const cause = new Error(`cause ${encodeURIComponent(secret)}`);
    const error = Object.assign(new Error(`failed with ${secret}`, { cause }), {
      url: `https://x/?q=${secret}`,
      code: 'E_LOGIN',
    });

    log.child({ where: `child ${secret}` }).error({ err: error, note: secret }, `message ${secret}`);
    log.warn({ error: new AggregateError([error]), list: [secret] }, 'several');
    log.error(error);

    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toContain(REDACTED);
      expect(line).toContain('E_LOGIN');
      expect(line).not.toMatch(/swordfish/);
    }
  });

  test('lets nothing through by key, nor the password of an address', () => {
    const { log, lines } = aLogger();

    log.info(
      { headers: { authorization: 'abc-def' }, url: 'postgres://u:abc-def@h/d' },
      'postgres://u:abc-def@h/d',
    );

    expect(lines.join('')).not.toContain('abc-def');
  });

  test('knows secrets that are registered later, also in children made before', () => {
    const { log, lines, secrets } = aLogger();
    const child = log.child({ value: 'late-secret' });
    secrets.register('late-secret');

    child.info('now');

    expect(lines.join('')).not.toContain('late-secret');
  });

  test('does not log the bodies and clients that hang on the errors of others', () => {
    const { log, last } = aLogger();
    const error = Object.assign(new Error('403'), {
      statusCode: 403,
      response: { body: 'x'.repeat(10_000) },
      config: { headers: { a: 1 } },
    });

    log.error({ err: error }, 'call failed');

    expect(last().err).toMatchObject({ type: 'Error', message: '403', statusCode: 403 });
    expect(last().err).not.toHaveProperty('response');
    expect(last().err).not.toHaveProperty('config');
  });

  test('keeps to its level', () => {
    const lines: string[] = [];
    const log = createLogger({
      level: 'warn',
      secrets: createSecretRegistry(),
      destination: { write: (line) => lines.push(line) },
    });

    log.info('not this');
    log.warn('this');

    expect(lines).toHaveLength(1);
  });
});
