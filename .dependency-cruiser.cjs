/** The layering of the project, inner to outer. A new edge that breaks it fails `npm test`. */
const only = (name, from, allowed, extra = '') => ({
  name,
  comment: `${from} may import ${allowed.join(', ')} only`,
  severity: 'error',
  from: { path: `^${from}`, ...(extra ? { pathNot: extra } : {}) },
  to: { path: '^(src|commands|test)/', pathNot: `^(${allowed.join('|')})` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('core-is-pure', 'src/core/', ['src/core/']),
    {
      name: 'core-uses-zod-only-for-schemas',
      severity: 'error',
      from: { path: '^src/core/', pathNot: '^src/core/(message|profile|runbook)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'core-schemas-use-zod-alone',
      severity: 'error',
      from: { path: '^src/core/(message|profile|runbook)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/zod/' },
    },
    only('lib-knows-no-domain', 'src/lib/', ['src/lib/']),
    only('app-imports-core', 'src/app/', ['src/app/', 'src/core/', 'src/lib/']),
    only('chatops-imports-app', 'src/chatops/', ['src/chatops/', 'src/app/', 'src/core/', 'src/lib/']),
    only('jobs-import-app', 'src/jobs/', ['src/jobs/', 'src/app/', 'src/core/', 'src/lib/']),
    only('commands-import-chatops', 'commands/', ['commands/', 'src/chatops/', 'src/core/']),
    only('adapters-import-ports', 'src/adapters/', [
      'src/adapters/',
      'src/app/',
      'src/chatops/',
      'src/core/',
      'src/lib/',
    ]),
    {
      name: 'adapters-use-ports-not-use-cases',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/app/(?!ports/|chain\\.ts)' },
    },
    {
      name: 'sibling-adapters-never-meet',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/([^/]+)/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'only-main-composes',
      severity: 'error',
      from: { pathNot: '^(src/main\\.ts|src/compose\\.ts|test/)' },
      to: { path: '^src/(compose|main)\\.ts' },
    },
    {
      name: 'sandbox-stays-outside',
      severity: 'error',
      from: { path: '^(src|commands)/', pathNot: '^src/sandbox/' },
      to: { path: '^src/sandbox/' },
    },
    only('sandbox-cannot-reach-inside', 'src/sandbox/', [
      'src/sandbox/',
      'src/lib/',
      'src/adapters/postgres/embedded',
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
