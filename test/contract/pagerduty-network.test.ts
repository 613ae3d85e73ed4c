import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request as forward, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createPagerDutyStandIn, type PagerDutyStandIn } from '../../src/sandbox/pagerduty/stand-in.ts';
import { API_TOKEN, anAccount, ROUTING_KEY } from '../fixtures/pagerduty/account.ts';
import { aPage, aPager, closed, expectNoSecrets, failure, listen } from '../fixtures/pagerduty/pager.ts';

let standIn: PagerDutyStandIn;
let servers: Server[];

beforeEach(async () => {
  servers = [];
  standIn = await createPagerDutyStandIn(anAccount());
});

afterEach(async () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await standIn.close();
});

async function serve(answer: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(answer);
  servers.push(server);
  return { server, url: `http://${await listen(server)}` };
}

/** Runs one call in a process of its own. */
async function oneCall(url: string, environment: Record<string, string> = {}): Promise<unknown> {
  const script = fileURLToPath(new URL('../fixtures/pagerduty/one-call.ts', import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: '', ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [script, url], { env });
  return JSON.parse(stdout);
}

describe('each request is sent once', () => {
  test('a 429 is not repeated by pdjs, and leaves no timer behind', async () => {
    standIn.fault({ kind: 'rate_limit', seconds: 1, times: 1 });

    // A second try would succeed, and the call with it.
    expect(await oneCall(standIn.url)).toEqual({ result: 'rate_limited', timers: 0 });
    expect(standIn.requests.map(({ outcome }) => outcome)).toEqual([429]);
  });

  test('a good answer leaves no timer behind either', async () => {
    expect(await oneCall(standIn.url)).toEqual({ result: 'answered', timers: 0 });
  });

  test('a note whose reply was lost is there: looking first keeps it from being written twice', async () => {
    const pager = aPager(standIn.url);
    const id = standIn.fire({ service: 'Orders API', title: 'alert' });
    standIn.fault({ kind: 'drop_reply', method: 'POST', times: 1 });

    const error = await failure(pager.addNote(id, 'Declared [lb:1]'));

    expect(error.retry).toBe('after_check');
    expect(await pager.hasNote(id, '[lb:1]')).toBe(true);
    expect(standIn.notes(id)).toHaveLength(1);
  });

  test('a redirect is not followed: what we send is for PagerDuty only', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(307, { location: `${standIn.url}${request.url}` }).end();
    });
    const redirected = aPager(url);

    expect(await failure(redirected.ping())).toMatchObject({ code: 'unexpected_redirect', retry: 'never' });
    expect(await failure(redirected.trigger(aPage()))).toMatchObject({ code: 'unexpected_redirect' });
    expect(standIn.requests).toEqual([]);
  });

  test('the limits of PagerDuty come back as a wait', async () => {
    await standIn.close();
    standIn = await createPagerDutyStandIn(anAccount({ limits: { rest: 2, events: 1 } }));
    const pager = aPager(standIn.url);
    await pager.ping();
    await pager.ping();
    await pager.trigger(aPage());

    const rest = await failure(pager.ping());

    expect(rest).toMatchObject({ code: 'rate_limited', retry: 'safe' });
    expect(rest.retryAfterMs).toBeGreaterThan(10_000);
    expect(rest.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(await failure(pager.trigger(aPage()))).toMatchObject({ code: 'rate_limited', retry: 'safe' });
  });
});

describe('connections end with the call', () => {
  test('also after a 429 whose text nobody reads', async () => {
    const { server, url } = await serve((_request, response) => {
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end('x'.repeat(4 * 1024 * 1024));
    });

    expect(await failure(aPager(url).ping())).toMatchObject({ code: 'rate_limited' });

    await closed(server);
  });

  test('also of the other parts of a call, when one part has failed', async () => {
    const onCall = (id: string) => ({ user: { id }, escalation_level: 1, escalation_policy: { id: 'P1' } });
    const { server, url } = await serve((request, response) => {
      if (request.url?.startsWith('/users/PHANGS')) return;
      const refused = request.url?.startsWith('/users');
      response.writeHead(refused ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ oncalls: [onCall('PHANGS'), onCall('PFAILS')], more: false }));
    });

    const call = aPager(url).onCall({ escalationPolicyIds: ['P1'], scheduleIds: [] });
    expect(await failure(call)).toMatchObject({ code: 'unavailable' });

    await closed(server);
  });
});

describe('over TLS', () => {
  const pem = readFileSync(new URL('../fixtures/pagerduty/localhost.pem', import.meta.url), 'utf8');
  const trusted = getCACertificates();
  let url: string;
  let answer: RequestListener;

  beforeEach(async () => {
    const server = createTlsServer({ key: pem, cert: pem }, (request, response) => answer(request, response));
    servers.push(server);
    url = `https://${await listen(server)}`;
  });

  afterEach(() => setDefaultCACertificates(trusted));

  test('a server we do not trust gets nothing: repeating is safe', async () => {
    let asked = 0;
    answer = () => {
      asked += 1;
    };

    const errors = [
      await failure(aPager(url).addNote('Q1', 'x')),
      await failure(aPager(url).trigger(aPage())),
    ];

    expect(errors[0]).toMatchObject({ code: 'unreachable', retry: 'safe' });
    expect(errors[1]).toMatchObject({ retry: 'safe' });
    expect(asked).toBe(0);
  });

  test('a note is written', async () => {
    setDefaultCACertificates([...trusted, pem]);
    answer = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"note":{"id":"N1"}}');
    };

    await aPager(url).addNote('Q1', 'x');
  });

  test('a note that was sent, with the connection lost before the answer, may be there', async () => {
    setDefaultCACertificates([...trusted, pem]);
    answer = (request) => void request.socket.destroy();

    const error = await failure(aPager(url).addNote('Q1', 'x'));

    expect(error).toMatchObject({ code: 'connection_lost', retry: 'after_check' });
  });
});

test('a proxy Node was told of is used', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = await serve((request, response) => {
    asked.push(request.url);
    const { pathname } = new URL(request.url ?? '');
    const onward = forward(`${standIn.url}${pathname}`, { headers: request.headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    request.pipe(onward);
  });

  const environment = {
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: proxy.url,
    http_proxy: proxy.url,
    NO_PROXY: '',
    no_proxy: '',
  };
  const outcome = await oneCall('http://pagerduty.invalid', environment);

  expect(outcome).toEqual({ result: 'answered', timers: 0 });
  expect(asked).toEqual(['http://pagerduty.invalid/abilities']);
});

describe('secrets', () => {
  test('stay out of errors, also where Node quotes a value that cannot be a header', async () => {
    const error = await failure(aPager(standIn.url, { token: `${API_TOKEN}\n` }).ping());

    expect(error).toMatchObject({ code: 'misconfigured', retry: 'never' });
    expectNoSecrets(error);
  });

  test('stay out of errors, also when the other side repeats them', async () => {
    const { url } = await serve((request, response) => {
      const text = `bad: ${request.headers.authorization} ${ROUTING_KEY}`;
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: text }, status: 'invalid event', message: text }));
    });

    const errors = [await failure(aPager(url).ping()), await failure(aPager(url).trigger(aPage()))];

    for (const error of errors) expect(error.message).toContain('[secret]');
    expectNoSecrets(errors);
  });
});

test('an address that is none', async () => {
  const lost = aPager('not an address');

  expect(await failure(lost.ping())).toMatchObject({ code: 'misconfigured', retry: 'never' });
  expect(await failure(lost.trigger(aPage()))).toMatchObject({ code: 'misconfigured', retry: 'never' });
});
