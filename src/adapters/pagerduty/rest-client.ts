import { api } from '@pagerduty/pdjs';
import type { z } from 'zod';
import type { Deadline } from './deadline.ts';
import {
  configurationFault,
  type InDoubt,
  type Refusal,
  replyFault,
  scrub,
  statusFault,
  transportFault,
} from './faults.ts';
import { ApiError } from './schema.ts';
import { createSingleSend, type SingleSend } from './single-send.ts';

export interface RestRequest<T> {
  method: 'GET' | 'POST' | 'PUT';
  /** From the root of the API, with a leading slash; ids in it already encoded. */
  path: string;
  query?: Record<string, string | string[]>;
  body?: object;
  /** What the reply must hold. */
  reply: z.ZodType<T>;
  inDoubt: InDoubt;
}

export interface RestClient {
  /** Sends once and waits until the deadline at most. @throws UpstreamError */
  send<T>(request: RestRequest<T>, deadline: Deadline): Promise<T>;
}

interface RestClientOptions {
  token: string | undefined;
  /** E-mail address of the PagerDuty user in whose name changes are made. */
  from: string | undefined;
  /** Without a slash at the end. */
  apiUrl: string;
  /** Texts that must not show up in an error. */
  secrets: string[];
}

interface Answer {
  status: number;
  data: unknown;
  header: (name: string) => string | undefined;
}

/**
 * PagerDuty's REST API through pdjs, without its surprises: no retries, no clock of its own that does
 * nothing, no 4xx taken for success, no `Response` thrown as an error, no lost `From` header.
 */
export function createRestClient({ token, from, apiUrl, secrets }: RestClientOptions): RestClient {
  return {
    async send(request, deadline) {
      if (token === undefined) throw configurationFault('not_configured', 'API token');
      if (from === undefined && request.method !== 'GET') {
        throw configurationFault('not_configured', 'From address');
      }
      const { status, data, header } = await exchange(request, deadline, { token, from, apiUrl });
      if (status < 200 || status >= 300) {
        throw statusFault({ status, header, refusal: refusalOf(data, secrets), inDoubt: request.inDoubt });
      }
      const reply = request.reply.safeParse(data);
      if (!reply.success) {
        const where = reply.error.issues[0]?.path.join('.') ?? '';
        throw replyFault(`HTTP ${status}, not as documented at "${where}"`, request.inDoubt);
      }
      return reply.data;
    },
  };
}

/** One request, one answer with any status; anything else is thrown. */
async function exchange(
  request: RestRequest<unknown>,
  deadline: Deadline,
  { token, from, apiUrl }: { token: string; from: string | undefined; apiUrl: string },
): Promise<Answer> {
  const url = `${apiUrl}${request.path}`;
  const line = createSingleSend(url);
  try {
    const response = await api({
      url,
      method: request.method,
      token,
      data: request.body ?? request.query,
      // Passed with each call: headers given to a partial client are replaced, not added to.
      headers: from === undefined ? {} : { From: from },
      // Its timer stops nothing, but would keep the process alive for 30 seconds.
      requestTimeout: 0,
      // The wait before the second try that `line` refuses.
      retryTimeout: 0,
      signal: deadline.signal,
      redirect: 'manual',
      ...nodeFetchOptions(line),
    });
    return answerOf(line, response.status, response.data);
  } catch (error) {
    return fromRejection(error, { line, deadline, inDoubt: request.inDoubt });
  } finally {
    line.close();
  }
}

/** pdjs hands what it does not know on to node-fetch; its types know the browser's options only. */
function nodeFetchOptions(line: SingleSend): object {
  return { agent: line.agent };
}

function answerOf(line: SingleSend, status: number, data: unknown): Answer {
  const headers = line.head()?.headers ?? {};
  return {
    status,
    data,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

/**
 * pdjs rejects for a broken connection, for a fired signal, for a body that is not JSON (with the response)
 * and, here, for a 429. What arrived decides, not what was thrown.
 */
function fromRejection(
  error: unknown,
  { line, deadline, inDoubt }: { line: SingleSend; deadline: Deadline; inDoubt: InDoubt },
): Answer {
  const head = line.head();
  // A refusal counts even if its text came too late or broken; a success must have come whole.
  if (head !== undefined && (head.status < 200 || head.status >= 300)) {
    return answerOf(line, head.status, undefined);
  }
  const ended = deadline.ended();
  if (ended !== undefined) throw transportFault(ended, { sent: line.sent(), inDoubt });
  if (head !== undefined) {
    throw replyFault(`HTTP ${head.status} with a body that is not whole or not JSON`, inDoubt);
  }
  if (!isNetworkError(error)) {
    // Never as `cause`: Node and node-fetch quote the offending value, which may be the token.
    throw configurationFault(
      'misconfigured',
      'the API address, token or From address cannot be used as given',
    );
  }
  const code = line.sent() ? 'connection_lost' : 'unreachable';
  throw transportFault(code, { sent: line.sent(), inDoubt, cause: error });
}

function isNetworkError(error: unknown): boolean {
  return error instanceof Error && error.name === 'FetchError';
}

function refusalOf(data: unknown, secrets: string[]): Refusal {
  const parsed = ApiError.safeParse(data);
  if (!parsed.success) return {};
  const { message, code, errors } = parsed.data.error;
  const text = [message, ...(errors ?? [])].filter((part) => part !== undefined).join('; ');
  return { number: code, text: scrub(text, secrets) };
}
