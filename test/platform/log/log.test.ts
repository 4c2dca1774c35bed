import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toText } from '../../../platform/log/log.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs `code` with a log called `log`; what it wrote to both outputs. */
function run(code: string, env: NodeJS.ProcessEnv = {}): { out: string; lines: Record<string, unknown>[] } {
  const script = `const { createLog } = await import('jiti').then(({ createJiti }) =>
    createJiti(process.cwd() + '/').import('./platform/log/log.ts')); const log = createLog('worker'); ${code}`;
  const args = ['--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, LANDFALL_LOG_FORMAT: '', ...env },
  });
  const lines = stderr.toString().trim().split('\n').filter(Boolean);
  return { out: stdout.toString(), lines: lines.map((line) => JSON.parse(line)) };
}

describe('a log', () => {
  it('is JSON on standard error, written before the process ends, without secrets', () => {
    const { out, lines } = run(
      `log.debug('not this'); log.warn({ fileId: 3, config: { databaseUrl: 's3cret' }, token: 's3cret' }, 'lost');
       log.error({ err: new Error('broken'), micros: 10n ** 18n, of: { some: [1n] } }, 'failed'); process.exit(1)`,
    );
    expect(out).toBe('');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ name: 'worker', level: 40, fileId: 3, msg: 'lost', token: '***' });
    expect(JSON.stringify(lines)).not.toContain('s3cret');
    expect(lines[1]).toMatchObject({ err: { message: 'broken' }, micros: 1e18, of: { some: [1] } });
  });

  it('is lines of text where a person asks for them', () => {
    const script = `const { createLog } = await import('jiti').then(({ createJiti }) =>
      createJiti(process.cwd() + '/').import('./platform/log/log.ts')); createLog('worker').warn({ n: 1 }, 'lost');`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env: { ...process.env, LANDFALL_LOG_FORMAT: 'text' },
    });
    expect(stderr.toString()).toMatch(/^\d\d:\d\d:\d\d warn {2}worker lost n=1\n$/);
  });

  it('has no stack below level error, whatever happened', () => {
    const { lines } = run(
      `const err = new Error('high', { cause: new Error('low') });
       log.info({ err, of: 1 }, 'well'); log.warn({ err }, 'tried again'); log.error({ err }, 'failed')`,
    );
    const stacks = lines.map(({ err }) => {
      const { message, stack, cause } = err as { message: string; stack?: string; cause: { stack?: string } };
      return [message, typeof stack, typeof cause.stack];
    });
    expect(stacks).toEqual([
      ['high', 'undefined', 'undefined'],
      ['high', 'undefined', 'undefined'],
      ['high', 'string', 'string'],
    ]);
    expect(lines[0]).toMatchObject({ of: 1, msg: 'well' });
  });

  it('has a stack for what is unexpected, and none for what a code explains', () => {
    const { lines } = run(
      `const { LandfallError } = await import('jiti').then(({ createJiti }) =>
         createJiti(process.cwd() + '/').import('./platform/errors/errors.ts'));
       const cause = Object.assign(new Error('low'), { code: 'Z_DATA_ERROR' });
       for (const err of [
         new LandfallError('LF_UNPACK', { file: 'a.gz', reason: 'it is damaged' }, { cause }),
         new LandfallError('LF_STORAGE', { store: 'lake', reason: 'it is away' }, { cause }),
         new LandfallError('LF_INTERNAL', { reason: 'a bug' }, { cause }),
       ]) log.error({ err }, 'failed')`,
    );
    const [mistake, outage, bug] = lines.map(
      ({ err }) => err as { stack?: string; cause: { stack?: string } },
    );
    expect(mistake).toMatchObject({
      code: 'LF_UNPACK',
      fix: expect.any(String),
      cause: { code: 'Z_DATA_ERROR', message: 'low' },
    });
    const stacks = [mistake, outage, bug].map(({ stack, cause }) => [typeof stack, typeof cause.stack]);
    expect(stacks).toEqual([
      ['undefined', 'undefined'],
      ['undefined', 'string'],
      ['string', 'string'],
    ]);
  });

  it('has the level of LANDFALL_LOG', () => {
    const code = `log.debug('a'); log.error('b')`;
    expect(run(code, { LANDFALL_LOG: 'debug' }).lines).toHaveLength(2);
    expect(run(code, { LANDFALL_LOG: 'silent' }).lines).toHaveLength(0);
    expect(run(code, { LANDFALL_LOG: 'loud' }).lines).toHaveLength(1);
  });

  it('is a line of text for a person, who is safe from what strangers name their files', () => {
    const entry = {
      level: 40,
      time: Date.now(),
      pid: 1,
      hostname: 'h',
      name: 'worker',
      msg: 'lost\nit',
      fileId: 3,
    };
    const text = toText(JSON.stringify({ ...entry, file: 'a\u001b[2Jb', err: { message: 'broken' } }));
    expect(text).toMatch(
      /^\d\d:\d\d:\d\d warn {2}worker lost\\nit \(broken\) fileId=3 file=a\\u001b\[2Jb\n$/,
    );
  });
});
