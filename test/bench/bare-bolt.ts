import { App, HTTPReceiver } from '@slack/bolt';
import { SIGNING_SECRET } from './cast.ts';
import { offer } from './remote.ts';

export type BareBolt = { url(): string };

// What any bot on Bolt costs: it checks the signature, says "received" and does nothing.
const receiver = new HTTPReceiver({ signingSecret: SIGNING_SECRET, endpoints: ['/slack/events'] });
const app = new App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-unused', botId: 'B0LIFEBOAT1', botUserId: 'U0LIFEBOAT1' }),
});
app.command('/dr', ({ ack }) => ack('received'));
app.action({ type: 'block_actions' }, ({ ack }) => ack());
const server = await app.start(0);
const address = server.address();
const port = typeof address === 'object' ? address?.port : undefined;
offer({ url: () => `http://127.0.0.1:${port}` } satisfies BareBolt);
