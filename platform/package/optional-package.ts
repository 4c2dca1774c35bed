/** Packages that a person installs beside Landfall where they are needed: the embedded server, DuckDB, the AWS SDK. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LandfallError } from '../errors/errors.ts';

/**
 * The entry of a package, beside Landfall or in the folder of the user, where Landfall itself may be a global one.
 * Throws Node's error if it is in neither: see `isPackageMissing`.
 */
export function findPackage(name: string, cwd = process.cwd()): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (error) {
    if (!isPackageMissing(error)) throw error;
    return createRequire(join(cwd, 'package.json')).resolve(name);
  }
}

/** Whether a module was not found, which is also so where a package is there without the binaries of this platform. */
export function isPackageMissing(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

/** What `load` imports, which needs the AWS SDK. Throws LF_AWS_MISSING where npm has left it out. */
export async function withAwsSdk<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    if (!isPackageMissing(cause) || !String(cause).includes('@aws-sdk/')) throw cause;
    throw new LandfallError('LF_AWS_MISSING', {}, { cause });
  }
}
