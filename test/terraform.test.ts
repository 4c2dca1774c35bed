/** terraform/, checked as far as that goes without Terraform and an account. terraform/tests has what Terraform checks. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { backlogOf } from '../coordinator/metrics/backlog.ts';
import { describeConfig, loadConfig } from '../platform/config/config.ts';
import prices from '../terraform/prices.json' with { type: 'json' };
import { CLOSE_MS } from '../workers/pool.ts';
import { root } from './support/house/tree.ts';
import { type Cost, estimate, estimateTable, totalOf } from './terraform/estimate.ts';
import {
  type Block,
  inner,
  moduleOf,
  namesOf,
  readModule,
  referencesOf,
  resourcesOfType,
} from './terraform/module.ts';

const folder = join(root, 'terraform');
const module = await readModule(folder);
const exampleNames = ['small', 'large'] as const;
const examples = new Map(
  await Promise.all(
    exampleNames.map(async (name) => [name, await readModule(join(folder, 'examples', name))] as const),
  ),
);

const resource = (name: string): Block => {
  const found = module.resources.get(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
/** An expression as the parser returns it. */
const expression = (text: string) => `\${${text}}`;
const local = <T>(name: string): T => module.locals.get(name) as T;

describe('names', () => {
  it.each([['the module', module] as const, ...examples])('of %s are all there', (_, one) => {
    const known = namesOf(one);
    expect([...referencesOf(one)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('are all used', () => {
    const used = referencesOf(module);
    const names = [
      ...[...module.variables.keys()].map((name) => `var.${name}`),
      ...[...module.locals.keys()].map((name) => `local.${name}`),
      ...module.data.keys(),
    ];
    expect(names.filter((name) => !used.has(name))).toEqual([]);
  });

  it('that are not there are found', async () => {
    const texts = new Map([
      ['a.tf', `locals {\n  a = "x ${expression('var.b')} y"\n  c = [data.aws_region.d.name]\n}\n`],
    ]);
    expect([...referencesOf(await moduleOf(texts))]).toEqual(['var.b', 'data.aws_region.d']);
  });

  it('are described, and variables are validated but for those that take anything', () => {
    const anything = new Set(['tags']);
    for (const [name, variable] of module.variables) {
      expect(variable, name).toMatchObject({ description: expect.any(String), type: expect.any(String) });
      if (variable.type !== expression('bool') && !anything.has(name))
        expect(variable, name).toHaveProperty('validation');
    }
    for (const [name, output] of module.outputs) expect(output, name).toHaveProperty('description');
  });

  it.each([...examples])('that examples/%s passes are variables, and none is missing', (_, example) => {
    const { source, ...passed } = example.modules.get('landfall')!;
    expect(source).toBe('../..');
    expect(Object.keys(passed).filter((name) => !module.variables.has(name))).toEqual([]);
    const needed = [...module.variables].filter(([, variable]) => !('default' in variable));
    expect(needed.map(([name]) => name).filter((name) => !(name in passed))).toEqual([]);
  });
});

describe('buckets', () => {
  const ofEach = (type: string) => {
    const block = resource(`${type}.this`);
    expect(block.for_each, type).toBe(expression('aws_s3_bucket.this'));
    expect(block.bucket, type).toBe(expression('each.value.id'));
    return block;
  };

  it('are those of the settings and no others', () => {
    expect(resourcesOfType(module, 'aws_s3_bucket')).toHaveLength(1);
    expect(resource('aws_s3_bucket.this').for_each).toBe(expression('toset(local.buckets)'));
    const settings = Object.values(local<Record<string, string>>('settings')).join(' ');
    const named = [...settings.matchAll(/aws_s3_bucket\.this\["(\w+)"\]/g)].map(([, name]) => name);
    expect(named.sort()).toEqual([...local<string[]>('buckets')].sort());
  });

  it('are private', () => {
    expect(ofEach('aws_s3_bucket_public_access_block')).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    const { object_ownership } = inner(ofEach('aws_s3_bucket_ownership_controls'), 'rule');
    expect(object_ownership).toBe('BucketOwnerEnforced');
  });

  it('are encrypted, and answer over TLS only', () => {
    const encryption = ofEach('aws_s3_bucket_server_side_encryption_configuration');
    const { sse_algorithm } = inner(encryption, 'rule', 'apply_server_side_encryption_by_default');
    expect(sse_algorithm).toBe(expression('var.kms_key_arn == null ? "AES256" : "aws:kms"'));
    expect(ofEach('aws_s3_bucket_policy').policy).toContain(
      'data.aws_iam_policy_document.tls_only[each.key]',
    );
    const statement = inner(module.data.get('data.aws_iam_policy_document.tls_only')!, 'statement');
    expect(statement).toMatchObject({ effect: 'Deny', actions: ['s3:*'] });
    const condition = inner(statement, 'condition');
    expect(condition).toMatchObject({ variable: 'aws:SecureTransport', values: ['false'] });
  });

  it('keep versions for a time, and no leftovers of uploads', () => {
    const versioning = ofEach('aws_s3_bucket_versioning');
    expect(inner(versioning, 'versioning_configuration').status).toBe('Enabled');
    const rule = inner(ofEach('aws_s3_bucket_lifecycle_configuration'), 'rule');
    expect(rule).toHaveProperty('abort_incomplete_multipart_upload');
    expect(rule).toHaveProperty('noncurrent_version_expiration');
  });
});

describe('servers', () => {
  it('keep what they hold encrypted, and are not public', () => {
    expect(resource('aws_db_instance.this')).toMatchObject({
      storage_encrypted: true,
      publicly_accessible: false,
    });
    expect(resource('aws_elasticache_replication_group.this')).toMatchObject({
      at_rest_encryption_enabled: true,
      transit_encryption_enabled: true,
      transit_encryption_mode: 'required',
      auth_token: expression('terraform_data.password["queue"].output'),
    });
  });

  const parametersOf = (name: string) =>
    Object.fromEntries(
      (resource(name).parameter as Block[]).map((parameter) => [parameter.name, parameter.value]),
    );

  it('do not evict jobs, and take no connection without TLS', () => {
    expect(parametersOf('aws_elasticache_parameter_group.this')).toEqual({
      'maxmemory-policy': 'noeviction',
    });
    expect(parametersOf('aws_db_parameter_group.this')).toMatchObject({ 'rds.force_ssl': '1' });
  });

  it('give up no durability for bulk loads', () => {
    const names = Object.keys(parametersOf('aws_db_parameter_group.this'));
    const unsafe = ['fsync', 'synchronous_commit', 'full_page_writes', 'autovacuum'];
    expect(names.filter((name) => unsafe.includes(name))).toEqual([]);
  });

  it('have addresses that the drivers read as encrypted', () => {
    const secrets = local<Record<string, string>>('secrets');
    const fill = (text: string) =>
      text.replace(/\$\{[^}]*endpoint[^}]*\}/g, 'h:5432').replace(/\$\{[^}]*\}/g, 'x');
    const [unverified, verified] = [...local<string>('database_tls').matchAll(/"(sslmode=[\w=&-]+)/g)];
    const ssl = (tls: string) => {
      const url = fill(secrets.DATABASE_URL.replace(expression('local.database_tls'), tls));
      return (new pg.Client({ connectionString: url }) as unknown as { ssl: unknown }).ssl;
    };
    expect(ssl(unverified[1])).toEqual({ rejectUnauthorized: false });
    expect(ssl(`${verified[1]}${join(folder, 'versions.tf')}`)).toEqual({
      ca: module.texts.get('versions.tf'),
    });
    const queue = new Redis(fill(secrets.REDIS_URL.replace(':6379', '')), { lazyConnect: true });
    expect(queue.options).toMatchObject({ tls: true, password: 'x' });
  });
});

describe('IAM', () => {
  const documents = [...module.data].filter(([name]) => name.startsWith('data.aws_iam_policy_document.'));

  it('has no * without its reason in the line above', () => {
    const bare = [...module.texts].flatMap(([name, text]) =>
      text.split('\n').flatMap((line, i, lines) => {
        const wild = /^\s*\w+\s*= \[.*"(?:[^"]*[^/"])?\*"/.test(line.replace(/\$\{[^}]*\}/g, 'x'));
        return wild && !/^\s*# /.test(lines[i - 1]) ? [`${name}:${i + 1}`] : [];
      }),
    );
    expect(bare).toEqual([]);
  });

  /** The statements of a document, and those that it has under a condition. */
  const statementsOf = (document: Block): Block[] => {
    const { statement: sometimes = [] } = (document.dynamic ?? {}) as Record<string, Block[]>;
    return [...(document.statement as Block[]), ...sometimes.map((dynamic) => inner(dynamic, 'content'))];
  };

  it('allows no action by a pattern', () => {
    const allowed = documents.flatMap(([, document]) =>
      statementsOf(document).filter(({ effect }) => effect !== 'Deny'),
    );
    expect(allowed.length).toBeGreaterThan(documents.length);
    for (const { actions } of allowed) expect(JSON.stringify(actions)).not.toContain('*');
  });

  const access = local<Record<string, Record<string, string>>>('object_actions');
  const actionsOf = (expression: string) =>
    [...expression.matchAll(/local\.(\w+)/g)].flatMap(([, name]) => local<string[]>(name));

  it('lets workers read files, and neither move nor remove them', () => {
    for (const bucket of ['landing', 'archive'])
      expect(actionsOf(access.worker[bucket])).toEqual(['s3:GetObject']);
  });

  it('lets the coordinator write no part of the lake', () => {
    const allowed = ['s3:DeleteObject', 's3:GetObject', ...local<string[]>('clear')];
    expect(actionsOf(access.coordinator.lake).sort()).toEqual(allowed.sort());
  });

  /** What each request of the store needs, except to list. */
  const needs: Readonly<Record<string, readonly string[]>> = {
    AbortMultipartUploadCommand: ['s3:AbortMultipartUpload'],
    CompleteMultipartUploadCommand: ['s3:PutObject'],
    CopyObjectCommand: ['s3:GetObject', 's3:GetObjectTagging', 's3:PutObject', 's3:PutObjectTagging'],
    CreateMultipartUploadCommand: ['s3:PutObject'],
    DeleteObjectCommand: ['s3:DeleteObject'],
    GetObjectCommand: ['s3:GetObject'],
    HeadObjectCommand: ['s3:GetObject'],
    PutObjectCommand: ['s3:PutObject'],
    UploadPartCommand: ['s3:PutObject'],
    UploadPartCopyCommand: ['s3:GetObject', 's3:PutObject'],
  };

  it('allows every request that the store makes where files move, and no more', () => {
    const folder = join(root, 'platform/storage/s3');
    const store = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const requests = new Set(store.join('\n').match(/\b(?!List)[A-Z]\w+Command\b/g));
    expect([...requests].sort()).toEqual(Object.keys(needs).sort());
    const needed = new Set([...requests].flatMap((request) => needs[request]));
    for (const actions of [access.coordinator.landing, access.worker.lake])
      expect(new Set(actionsOf(actions))).toEqual(needed);
    const cleared = new Set([...needed, ...local<string[]>('clear')]);
    expect(new Set(actionsOf(access.coordinator.archive))).toEqual(cleared);
  });
});

describe('tasks', () => {
  const roles = local<Record<string, Record<string, unknown>>>('roles');
  const number = (name: string) => String(local<number>(name));

  /** The settings of a role, with what Terraform would fill in. */
  const settingsOf = (role: string): Record<string, string> => {
    const parts = ['settings', `${role}_settings`].map((name) => local<Record<string, string>>(name));
    const fill = (text: string) =>
      text
        .replace(/\$\{aws_s3_bucket\.this\["(\w+)"\]\.id\}/, 'a-$1-bucket')
        .replace(/^\$\{tostring\(local\.(\w+)\)\}$/, (_, name) =>
          name === 'worker_processes' ? '2' : number(name),
        )
        .replace(expression('join(",", var.datasets)'), 'datasets,more');
    return Object.fromEntries(parts.flatMap(Object.entries).map(([name, text]) => [name, fill(text)]));
  };

  it.each(Object.keys(roles))('of the %s have settings that exist and are valid', async (role) => {
    const settings = settingsOf(role);
    expect(Object.values(settings).join()).not.toContain('${');
    const config = await loadConfig({}, { env: settings, cwd: root });
    const described = describeConfig(config);
    expect(Object.keys(settings).filter((name) => !(name in described))).toEqual([]);
    expect(config).toMatchObject({
      landingUrl: 's3://a-landing-bucket',
      lakeUrl: 's3://a-lake-bucket',
      failedUrl: 's3://a-archive-bucket/failed',
    });
    const secrets = JSON.stringify(roles[role].secrets).match(/\b[A-Z]+_[A-Z]+\b/g)!;
    expect(secrets.filter((name) => !(name in described))).toEqual([]);
  });

  it('of workers have no token', () => {
    expect(Object.keys(roles.worker.secrets as Block)).toEqual(['DATABASE_URL', 'REDIS_URL']);
  });

  it('run commands of the program, in the image of the Dockerfile', () => {
    const help = readFileSync(join(root, 'docs/cli.md'), 'utf8');
    for (const { command } of Object.values(roles)) {
      const [name, ...flags] = command as readonly string[];
      const [, ofCommand] = help.split(`\n## landfall ${name}\n`);
      for (const flag of flags) expect(ofCommand.split('\n## ')[0]).toContain(`\n  ${flag} `);
    }
    const definition = String(resource('aws_ecs_task_definition.this').container_definitions);
    expect(definition).toContain(
      `image        = "${expression('aws_ecr_repository.this.repository_url')}:${expression('var.image_tag')}"`,
    );
    expect(definition).toContain('command      = each.value.command');
    // What is passed is the command alone: the image begins it.
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain('ENTRYPOINT ["node", "dist/cli/main.js"]');
    expect(dockerfile).toContain(`EXPOSE ${number('port')}`);
    expect(definition).not.toMatch(/entryPoint|user /);
  });

  it('have time to stop', async () => {
    const stopMs = local<number>('stop_timeout_s') * 1000;
    // Fargate allows no more.
    expect(stopMs).toBeLessThanOrEqual(120_000);
    const worker = await loadConfig({}, { env: settingsOf('worker'), cwd: root });
    expect(worker.stopMs).toBeGreaterThan((await loadConfig({}, { env: {}, cwd: root })).stopMs);
    expect(worker.stopMs + CLOSE_MS).toBeLessThan(stopMs);
  });

  it('of the coordinator are two, of which a deployment leaves one', () => {
    expect(resource('aws_ecs_service.coordinator')).toMatchObject({
      desired_count: 2,
      deployment_minimum_healthy_percent: 50,
      deployment_maximum_percent: 100,
      launch_type: 'FARGATE',
    });
    expect(resourcesOfType(module, 'aws_appautoscaling_target')).toHaveLength(1);
    expect(resource('aws_appautoscaling_target.worker').resource_id).toContain('aws_ecs_service.worker');
  });

  it('of workers are scaled on what the coordinator logs', () => {
    const logged = backlogOf({ files: [], workers: [] }, 1, 0);
    const backlog = local<Record<string, { member: string }>>('backlog');
    for (const { member } of Object.values(backlog)) expect(logged).toHaveProperty(member);
    expect(resource('aws_cloudwatch_log_metric_filter.backlog')).toMatchObject({
      pattern: `{ $.backlog.${expression('each.value.member')} = * }`,
    });
    expect(Number(settingsOf('coordinator').LANDFALL_LOG_BACKLOG)).toBe(60);
  });

  it('have connections to the database for all workers', () => {
    expect(local('connections')).toMatch(/^\$\{var\.workers_max \* local\.worker_processes \* \d+ \+ \d+\}$/);
    const { value } = (resource('aws_db_parameter_group.this').parameter as Block[]).find(
      ({ name }) => name === 'max_connections',
    )!;
    expect(value).toBe(expression('tostring(local.connections)'));
  });
});

describe('load balancer', () => {
  it('serves TLS, and nothing else but the way there', () => {
    const listeners = resourcesOfType(module, 'aws_lb_listener');
    const actions = listeners.map((listener) => [listener.protocol, inner(listener, 'default_action').type]);
    expect(actions.sort()).toEqual([
      ['HTTP', 'redirect'],
      ['HTTPS', 'forward'],
    ]);
    expect(resource('aws_lb_listener.https').ssl_policy).toMatch(/TLS13/);
  });
});

describe('estimate', () => {
  const { usage, ...list } = prices;
  const costs = new Map<string, Cost[]>(
    exampleNames.map((name) => {
      const call = examples.get(name)!.modules.get('landfall')!;
      return [name, estimate(module, call, list, usage[name])];
    }),
  );

  it('is what the README shows (npm run docs:estimate)', () => {
    const path = join(folder, 'README.md');
    const text = readFileSync(path, 'utf8');
    const block = /(?<=<!-- estimate -->\n)[\s\S]*?(?=\n<!-- \/estimate -->)/;
    expect(text).toMatch(block);
    const table = estimateTable(costs);
    if (process.env.LANDFALL_WRITE_ESTIMATE)
      writeFileSync(
        path,
        text.replace(block, () => table),
      );
    else expect(block.exec(text)![0]).toBe(table);
  });

  it.each(exampleNames)('of %s is within its budget', (name) => {
    const { budget_usd } = examples.get(name)!.modules.get('landfall')!;
    expect(totalOf(costs.get(name)!)).toBeLessThan(budget_usd as number);
  });

  it('adds up hours, cores, gibibytes and requests', () => {
    const call = {
      coordinator_cpu: 1024,
      coordinator_memory: 2048,
      worker_cpu: 2048,
      worker_memory: 4096,
      workers_min: 1,
      workers_max: 3,
      workers_on_demand: 1,
      database_instance_class: 'db.t4g.medium',
      database_storage_gib: 10,
      database_multi_az: true,
      queue_node_type: 'cache.t4g.micro',
      queue_replicas: 1,
      internet_access: true,
    };
    const one = { coreHour: 1, gibHour: 1 };
    const ones = {
      ...list,
      hoursPerMonth: 10,
      fargate: { X86_64: one, ARM64: one, spotShare: 0.5 },
      database: { ...list.database, hour: { ...list.database.hour, 'db.t4g.medium': 1 }, gibMonth: 1 },
      queueHour: { ...list.queueHour, 'cache.t4g.micro': 1 },
      balancer: { hour: 1, unitHour: 1 },
      endpointHour: 1,
      nat: { hour: 1, gib: 1 },
    };
    const used = { ...usage.small, busyHours: 4, natGib: 7 };
    const dollars = Object.fromEntries(
      estimate(module, call, ones, used).map(({ what, dollars }) => [what, dollars]),
    );
    expect(dollars).toMatchObject({
      // Two for 10 h × (1 core + 2 GiB)
      coordinators: 60,
      // One task for 10 h × (2 cores + 4 GiB)
      'workers on demand': 60,
      // Two more for 4 h × (half of 2 cores + 4 GiB)
      'workers on Spot': 24,
      database: 20,
      'its storage': 20,
      queue: 20,
      'load balancer': 20,
      // Four of them in two zones for 10 h
      endpoints: 80,
      'NAT gateway': 17,
    });
  });

  it('has no price that nobody knows', () => {
    const call = { ...examples.get('small')!.modules.get('landfall'), database_instance_class: 'db.none' };
    expect(() => estimate(module, call, list, usage.small)).toThrow('no price of db.none');
  });
});
