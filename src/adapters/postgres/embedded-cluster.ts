import { randomBytes } from 'node:crypto';
import {
  access,
  chown,
  constants,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../lib/redact.ts';
import { type Binaries, findBinaries } from './embedded-binaries.ts';
import { type OsUser, runProgram, SHARED_HOME } from './embedded-process.ts';
import { assertOurs, chooseUser, firstClosedFolder } from './embedded-user.ts';

/** A database cluster on disk, ready to be started. */
export interface Cluster {
  /** The folder the caller named; holds the password, the port and the claims. */
  dir: string;
  /** Real path of the data folder, perhaps elsewhere. */
  data: string;
  binaries: Binaries;
  user: OsUser | undefined;
  password: string;
}

/** The database role that owns everything. */
export const ROLE = 'lifeboat';

const DRAFT_PREFIX = 'data.new-';
const DRAFT_IS_OLD_MS = 3_600_000;

/** Finds the cluster of `dir` or makes it. Safe when several processes do so at the same moment. */
export async function openCluster(dir: string, initFlags: readonly string[], log: Log): Promise<Cluster> {
  await assertUsable(dir);
  const dataLink = path.join(dir, 'data');
  const user = await chooseUser(dataLink, log);
  const binaries = await findBinaries(user, log);
  const isNew = (await lstat(dataLink).catch(() => undefined)) === undefined;
  const password = await ensurePassword(path.join(dir, 'password'), isNew);
  if (isNew) await createData({ dir, dataLink, user, binaries, password, initFlags, log });
  const data = await checkData(dataLink, user, binaries.major);
  return { dir, data, binaries, user, password };
}

async function assertUsable(dir: string): Promise<void> {
  await assertOurs(path.join(dir, 'password'));
  try {
    await mkdir(dir, { recursive: true, mode: 0o711 });
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Error(
      `The folder ${dir} for the embedded PostgreSQL cannot be written. Make it writable, give another one, or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function ensurePassword(file: string, mayCreate: boolean): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined && known.trim() !== '') return known.trim();
  if (!mayCreate) {
    throw new Error(
      `${file} is missing or cannot be read, so the data beside it cannot be opened. Put it back, or move ${path.dirname(file)} away to start with an empty database.`,
    );
  }
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  // A link instead of a rename: of two first starts exactly one sets the password.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return (await readFile(file, 'utf8')).trim();
}

interface NewData {
  dir: string;
  dataLink: string;
  user: OsUser | undefined;
  binaries: Binaries;
  password: string;
  initFlags: readonly string[];
  log: Log;
}

/** Makes the data under a passing name and then puts it in place in one move, so that a crash leaves no half. */
async function createData(options: NewData): Promise<void> {
  const { dir, dataLink, user, log } = options;
  const closed = user === undefined ? undefined : await firstClosedFolder(dir, user);
  const random = randomBytes(8).toString('hex');
  const parent = closed === undefined ? dir : SHARED_HOME;
  const draft = path.join(parent, `${DRAFT_PREFIX}${random}`);
  const elsewhere = path.join(parent, `data-${random}`);
  await mkdir(parent, { recursive: true, mode: 0o755 });
  await sweepDrafts(parent);
  try {
    await runInitdb(draft, options);
    if (closed === undefined) {
      await rename(draft, dataLink);
      log.info({ data: dataLink, user: user?.name }, 'made a new database');
    } else {
      await rename(draft, elsewhere);
      await symlink(elsewhere, dataLink);
      log.warn(
        { dir, closed, data: elsewhere },
        'the database user may not enter the folder: data lies elsewhere',
      );
    }
  } catch (error) {
    await rm(elsewhere, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    // Another first start was faster: its data counts.
    if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(draft: string, options: NewData): Promise<void> {
  const { user, binaries, password, initFlags } = options;
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user !== undefined) {
      await chown(draft, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    const args = [
      ...['-D', draft, '--username', ROLE, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      // The built-in provider sorts the same on every machine and after every upgrade of its libraries.
      ...[
        '--encoding',
        'UTF8',
        '--locale',
        'C',
        '--locale-provider',
        'builtin',
        '--builtin-locale',
        'C.UTF-8',
      ],
      ...['--no-instructions', ...initFlags],
    ];
    const { code, output } = await runProgram(binaries.initdb, args, user);
    if (code !== 0) throw new Error(`Could not make a database in ${path.dirname(draft)}: ${output.trim()}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Removes what a first start left that was killed half-way. */
async function sweepDrafts(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue;
    const draft = path.join(parent, name);
    const info = await stat(draft).catch(() => undefined);
    if (info !== undefined && Date.now() - info.mtimeMs > DRAFT_IS_OLD_MS) {
      await rm(draft, { recursive: true, force: true });
    }
  }
}

async function checkData(dataLink: string, user: OsUser | undefined, major: string): Promise<string> {
  const data = await realpath(dataLink).catch((cause) => {
    throw new Error(
      `${dataLink} points to a folder that is gone. Put the folder back, or remove ${path.dirname(dataLink)} to start with an empty database.`,
      { cause },
    );
  });
  const closed = user === undefined ? undefined : await firstClosedFolder(data, user);
  if (closed !== undefined) {
    throw new Error(
      `The OS user "${user?.name}", as whom PostgreSQL runs, may not enter ${closed}. Run "chmod o+x ${closed}".`,
    );
  }
  const version = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch((cause) => {
    throw new Error(`${data} is not a readable PostgreSQL data folder (PG_VERSION)`, { cause });
  });
  if (version.trim() !== major) {
    throw new Error(
      `${data} was made by PostgreSQL ${version.trim()}, this version of Lifeboat brings ${major}. Dump it with the old version and load it into a new folder.`,
    );
  }
  if (/["$`\\\n]/.test(data)) {
    throw new Error(`The path ${data} has a character that pg_ctl cannot handle: one of " $ \` \\`);
  }
  return data;
}
