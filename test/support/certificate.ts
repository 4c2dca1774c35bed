/** A certificate for tests, signed by itself and trusted by nobody, with its key. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const certificate = {
  key: `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIIUd15TgoIw2gat690wZrSA4waSpmoSitZx3gqapbSDsoAoGCCqGSM49
AwEHoUQDQgAEEF7Z8cGZVhKVVOxjByHVVC8sqTxlqZ5g3svg8dEpo/3kcNJD4Oiq
lgyuAJDadZ+GwaQno+pZihpTd4lWOMVhyQ==
-----END EC PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUP2puVVwLeNbJol9KteYNPKAfqIgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTIwMjQyM1oYDzIxMjYxMTA1
MjAyNDIzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQQXtnxwZlWEpVU7GMHIdVULyypPGWpnmDey+Dx0Smj/eRw0kPg6KqW
DK4AkNp1n4bBpCej6lmKGlN3iVY4xWHJo1MwUTAdBgNVHQ4EFgQUfp+xjhV+kmCJ
bp4r8PceFutzSUMwHwYDVR0jBBgwFoAUfp+xjhV+kmCJbp4r8PceFutzSUMwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAgDusS5Iu/Z9IkB21s4n5
WyTrOQdZ3ei4WnuWEU8wkhUCIQDV3o8Sza4bvdkEOzhM4HFO3HBgRfrR52t42hNb
fkFi7Q==
-----END CERTIFICATE-----`,
};

/** Writes it to files, for a server of its own process: the host is `localhost`. Returns the paths. */
export function certificateFiles(folder: string): { readonly key: string; readonly cert: string } {
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  writeFileSync(files.key, certificate.key);
  writeFileSync(files.cert, certificate.cert);
  return files;
}
