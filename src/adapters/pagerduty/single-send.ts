import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { globalAgent, Agent as HttpsAgent } from 'node:https';

/** A way out for exactly one request, which remembers how far the request came. */
export interface SingleSend {
  /** For node-fetch's `agent` option, which is asked once for each request it is about to send. */
  agent: () => HttpAgent;
  /** Whether the request can have reached the other side. */
  sent(): boolean;
  /** Status and headers of the reply, as soon as they have come. */
  head(): { status: number; headers: IncomingHttpHeaders } | undefined;
  /** Must be called when the call is over: closes the connection, also one nobody reads from any more. */
  close(): void;
}

/** Node hands every request of an agent to this method; the type declarations leave it out. */
type WatchableAgent = HttpAgent & { addRequest(request: ClientRequest, ...rest: unknown[]): void };

/**
 * Stops pdjs from repeating a request by itself: it answers every 429 with three more tries, 20 seconds
 * apart, and has no switch for it. The second time a way out is wanted, there is none, and pdjs gives up.
 * What the 429 said would then be lost, so status and headers are noted when they arrive.
 */
export function createSingleSend(url: string): SingleSend {
  const secure = url.startsWith('https:');
  // One connection per call: on a kept-alive one that the server has just closed, "reset" could not be told
  // from "sent and lost". A proxy Node was told of (NODE_USE_ENV_PROXY) is used, as everywhere else.
  const options = { keepAlive: false, proxyEnv: globalAgent.options.proxyEnv };
  const agent = (secure ? new HttpsAgent(options) : new HttpAgent(options)) as WatchableAgent;
  const addRequest = agent.addRequest.bind(agent);
  let asked = false;
  let sent = false;
  let head: ReturnType<SingleSend['head']>;

  agent.addRequest = (request, ...rest) => {
    request.once('socket', (socket) => {
      if (!socket.connecting) sent = true;
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        sent = true;
      });
    });
    request.once('response', (reply: IncomingMessage) => {
      head = { status: reply.statusCode ?? 0, headers: reply.headers };
    });
    addRequest(request, ...rest);
  };

  return {
    agent() {
      if (asked) throw new Error('this call has been sent once already');
      asked = true;
      return agent;
    },
    sent: () => sent,
    head: () => head,
    close: () => agent.destroy(),
  };
}
