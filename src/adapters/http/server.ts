import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one path. May throw: the server then answers 500 without a word of the cause. */
export type Route = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

export interface HttpServer {
  port: number;
  /** Stops taking connections; resolves when the requests under way have been answered. */
  close(): Promise<void>;
}

/** How long a client may take to send its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** One port for everything: Slack, webhooks, health, metrics. Keys are `METHOD /path`. */
export async function startHttpServer(options: {
  port: number;
  routes: Record<string, Route>;
  log: { error(fields: object, text: string): void };
}): Promise<HttpServer> {
  const { routes, log } = options;
  const server = createServer((req, res) => {
    const path = (req.url ?? '/').split('?')[0] as string;
    const route = routes[`${req.method} ${path}`];
    if (!route) {
      notFound(routes, path, res);
      return;
    }
    Promise.resolve()
      .then(() => route(req, res))
      .catch((err) => {
        log.error({ err, path }, 'an HTTP handler failed');
        if (!res.headersSent) answer(res, 500, 'something went wrong here; please send it again');
      });
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeIdleConnections();
      }),
  };
}

export function answer(res: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  res.writeHead(status, { 'content-type': `${type}; charset=utf-8` });
  res.end(`${body}\n`);
}

function notFound(routes: Record<string, Route>, path: string, res: ServerResponse): void {
  const methods = Object.keys(routes)
    .filter((key) => key.endsWith(` ${path}`))
    .map((key) => key.split(' ')[0]);
  if (methods.length > 0) res.setHeader('allow', methods.join(', '));
  if (methods.length > 0) answer(res, 405, `this address takes ${methods.join(', ')} only`);
  else answer(res, 404, 'there is nothing here');
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The raw body, or undefined when it is larger than `maxBytes` (the rest is not read). */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
