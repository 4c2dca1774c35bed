/** Servers whose certificate is checked, by its authority and by its name. */
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../ledger/open-database.ts';
import { serverAccount } from '../../../platform/database/embedded/account.ts';
import { type OwnPostgres, openPostgres } from '../../faults/servers.ts';
import { certificateFiles } from '../../support/certificate.ts';
import { tempFolder, testDatabase } from '../../support/index.ts';

describe('TLS', () => {
  const folder = tempFolder();
  const at = (name: string) => join(folder, name);
  let server: OwnPostgres;
  let url: string;

  beforeAll(async () => {
    // The server's account reads there.
    chmodSync(folder, 0o755);
    const { key, cert } = certificateFiles(folder);
    writeFileSync(at('other.pem'), rootCertificates[0]);
    // The server reads a key only if nobody else may.
    const account = serverAccount();
    chmodSync(key, 0o600);
    if (account !== null) chownSync(key, account.uid, account.gid);
    server = await openPostgres({ ssl: 'on', ssl_cert_file: cert, ssl_key_file: key });
    url = (await server.database()).replace('127.0.0.1', 'localhost');
  });
  afterAll(() => server.close());

  const opening = async (databaseUrl: string) => {
    const home = join(tempFolder(), 'home');
    mkdirSync(home);
    const opened = await openDatabase({ home, databaseUrl });
    try {
      const { rows } = await opened.pool.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      return rows[0].ssl as boolean;
    } finally {
      await opened.close();
    }
  };
  const full = (authority: string) => `${url}?sslmode=verify-full&sslrootcert=${at(authority)}`;

  it('is used where the address asks for it', async () => {
    expect(await opening(full('cert.pem'))).toBe(true);
    expect(await opening(url)).toBe(false);
  });

  it.each([
    ['another authority', () => full('other.pem'), /self-signed certificate/],
    ['another name', () => full('cert.pem').replace('localhost', '127.0.0.1'), /does not match certificate/],
    ['no TLS', async () => `${(await testDatabase()).url}?sslmode=verify-full`, /does not support SSL/],
  ])('is not trusted, which is said at once: %s', async (_, address, reason) => {
    await expect(opening(await address())).rejects.toMatchObject({
      code: 'LF_DATABASE_TLS',
      message: expect.stringMatching(reason),
      fix: expect.stringContaining('sslrootcert'),
    });
  });
});
