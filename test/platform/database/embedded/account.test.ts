import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canReach, serverAccount } from '../../../../platform/database/embedded/account.ts';
import { isAlive, processIdentity, worksIn } from '../../../../platform/database/embedded/processes.ts';
import { tempFolder } from '../../../support/index.ts';

const asRoot = process.getuid?.() === 0;

describe.runIf(asRoot)('the account of a server that root starts', () => {
  const accountIn = (passwd: string) => {
    const path = join(tempFolder(), 'passwd');
    writeFileSync(path, passwd);
    return serverAccount(path);
  };
  const root = 'root:x:0:0:root:/root:/bin/bash\n';

  it('is postgres, else nobody, else anybody but root', () => {
    const nobody = 'nobody:x:65534:65533::/:/bin/false\n';
    const postgres = 'postgres:x:70:71::/:/bin/false\n';
    expect(accountIn(root + nobody + postgres)).toEqual({ name: 'postgres', uid: 70, gid: 71 });
    expect(accountIn(`${root}other:x:5:5::/:\n${nobody}`)).toEqual({
      name: 'nobody',
      uid: 65534,
      gid: 65533,
    });
    expect(accountIn(`${root}node:x:1000:1000::/:\n`)).toEqual({ name: 'node', uid: 1000, gid: 1000 });
  });

  it('is missed where there is only root', () => {
    expect(() => accountIn(`${root}toor:x:0:0::/:\n`)).toThrow(/refuses to run as root/);
    expect(() => serverAccount('/no/such/file')).toThrow(/refuses to run as root/);
  });

  it('reaches what every folder on the way lets it reach', () => {
    const account = { name: 'x', uid: 4321, gid: 4322 };
    const open = join(tempFolder(), 'open');
    chmodSync(join(open, '..'), 0o755);
    mkdirSync(join(open, 'inner'), { recursive: true });
    writeFileSync(join(open, 'inner', 'file'), '');
    const file = join(open, 'inner', 'file');
    const modes = (folder: number, own: number) => {
      chmodSync(open, folder);
      chmodSync(file, own);
      return canReach(account, file);
    };
    expect(modes(0o755, 0o644)).toBe(true);
    expect(modes(0o711, 0o604)).toBe(true);
    expect(modes(0o700, 0o644)).toBe(false);
    expect(modes(0o755, 0o600)).toBe(false);
    chownSync(open, 0, account.gid);
    expect(modes(0o750, 0o644)).toBe(true);
    expect(modes(0o705, 0o644)).toBe(false);
    chownSync(open, account.uid, 0);
    expect(modes(0o700, 0o644)).toBe(true);
    expect(canReach(account, join(open, 'none'))).toBe(false);
  });
});

describe('a process', () => {
  it('is known by more than its number', () => {
    const identity = processIdentity(process.pid)!;
    expect(isAlive(identity)).toBe(true);
    expect(isAlive(`${process.pid}.1`)).toBe(false);
    expect(processIdentity(2 ** 22 + 1)).toBeNull();
    for (const nonsense of ['', 'x', '-1', '0']) expect(isAlive(nonsense)).toBe(false);
    expect(worksIn(process.pid, process.cwd())).toBe(true);
  });
});
