import { compose } from './compose.ts';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './lib/redact.ts';
import { createSecretRegistry } from './lib/secret-forms.ts';

/** How long a stop may take in all, in milliseconds; after that the process ends as it is. */
const STOP_DEADLINE_MS = 20_000;
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger({ level: config.LOG_LEVEL, secrets: createSecretRegistry(config.secrets) });

  // A rejection nobody waits for is a fault of ours; the state is in the database, so the process goes on.
  process.on('unhandledRejection', (err) => log.error({ err }, 'a rejection was not handled'));

  const started = await compose(config, log).catch((err) => {
    log.fatal({ err }, 'could not start');
    process.stderr.write(`Lifeboat could not start: ${err instanceof Error ? err.message : err}\n`);
    process.exit(1);
  });
  log.info({ port: started.port, mode: config.slackMode }, 'ready');

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) {
      log.warn({ signal }, 'stopped at once');
      process.exit(1);
    }
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error({}, 'stopping took too long');
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
    started.stop().then(
      () => {
        log.info({}, 'stopped');
        process.exit(0);
      },
      (err) => {
        log.error({ err }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error) => {
  const known = error instanceof ConfigError;
  process.stderr.write(known ? `${error.message}\n` : `Lifeboat could not start: ${error.stack}\n`);
  process.exit(known ? EXIT_CONFIG : 1);
});
