import { z } from 'zod';
import {
  Host,
  HostAndPort,
  Jurisdiction,
  Line,
  Name,
  Port,
  RegionName,
  SecretName,
  WebUrl,
} from './words.ts';

/** Where the organisation runs. `active` is one of several that serve customers together. */
export const Region = z.strictObject({
  jurisdiction: Jurisdiction,
  role: z.enum(['primary', 'secondary', 'tertiary', 'active']),
  title: Line.optional(),
  gateway: WebUrl.optional(),
});

const Database = z.strictObject({
  region: RegionName,
  provider: z.enum(['postgres', 'rds', 'patroni']).default('postgres'),
  /** The provider's own name of it: the RDS instance, the Patroni cluster. */
  instance: z.string().min(1).optional(),
  host: Host.optional(),
  port: Port.default(5432),
  database: z.string().min(1).optional(),
  /** Name of the secret that holds the connection string. */
  secret: SecretName.optional(),
  /** Key of the database that this one follows. */
  replicaOf: z.string().min(1).optional(),
});

const Kafka = z.strictObject({
  region: RegionName,
  bootstrap: z.array(HostAndPort).default([]),
  topics: z.array(z.string().min(1)).default([]),
  connect: WebUrl.optional(),
  secret: SecretName.optional(),
});

const Redis = z.strictObject({
  region: RegionName,
  host: Host.optional(),
  port: Port.default(6379),
  database: z.int().min(0).default(0),
  secret: SecretName.optional(),
});

const Kubernetes = z.strictObject({
  region: RegionName,
  /** Name in the kubeconfig; absent: the key of this entry. */
  context: z.string().min(1).optional(),
  namespace: Name.optional(),
});

const DnsTarget = z.strictObject({
  dnsName: Host.optional(),
  /** The load balancer's own zone, not that of the domain. */
  zoneId: z.string().min(1).optional(),
  /** Share of the traffic in ordinary times. */
  weight: z.int().min(0).max(255).optional(),
});

const DnsRecord = z.strictObject({
  name: Host,
  type: z.enum(['A', 'AAAA', 'CNAME']).default('A'),
  targets: z.record(RegionName, DnsTarget).default({}),
});

const HostedZone = z.strictObject({
  zoneId: z.string().regex(/^Z[A-Z0-9]+$/, { error: 'expected a hosted zone id such as Z0123456789ABC' }),
  records: z.array(DnsRecord).default([]),
});

const Endpoint = z.strictObject({ url: WebUrl, region: RegionName.optional() });

/** What an organisation runs, by names that runbooks use. All of it may be left out. */
export const places = {
  databases: z.record(Name, Database).default({}),
  kafka: z.record(Name, Kafka).default({}),
  redis: z.record(Name, Redis).default({}),
  kubernetes: z.record(Name, Kubernetes).default({}),
  route53: z.record(Name, HostedZone).default({}),
  endpoints: z.record(Name, Endpoint).default({}),
};
