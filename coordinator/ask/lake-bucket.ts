/** DuckDB on a lake in a bucket: its extension httpfs, with the region, endpoint and credentials that Landfall has. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { DuckDBConnection } from '@duckdb/node-api';
import { LandfallError } from '../../platform/errors/errors.ts';
import { reasonOf } from '../../platform/errors/network.ts';
import { withAwsSdk } from '../../platform/package/optional-package.ts';
import { literal } from './lake-views.ts';

/** What DuckDB is told of a bucket. */
export interface BucketAccess {
  readonly region: string;
  /** Null: Amazon's. */
  readonly endpoint: URL | null;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Makes `s3://…` readable for the connection. Throws LF_AWS_MISSING, LF_DUCKDB_S3. */
export async function openBucket(connection: DuckDBConnection, lake: string): Promise<void> {
  const { sharedClient } = await withAwsSdk(() => import('../../platform/storage/s3/s3-client.ts'));
  try {
    await connection.run('install httpfs; load httpfs');
    await connection.run(secretSql(await bucketAccess(sharedClient())));
  } catch (error) {
    const [reason] = reasonOf(error).split('\n');
    throw new LandfallError('LF_DUCKDB_S3', { lake, reason }, { cause: error });
  }
}

async function bucketAccess({ config }: S3Client): Promise<BucketAccess> {
  const [region, credentials] = await Promise.all([config.region(), config.credentials()]);
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  return { region, credentials, endpoint: endpoint ? new URL(endpoint) : null };
}

/** The statement that gives DuckDB the access: https://duckdb.org/docs/stable/core_extensions/httpfs/s3api */
export function secretSql({ region, endpoint, credentials }: BucketAccess): string {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const options = [
    'type s3',
    `key_id ${literal(accessKeyId)}`,
    `secret ${literal(secretAccessKey)}`,
    ...(sessionToken === undefined ? [] : [`session_token ${literal(sessionToken)}`]),
    `region ${literal(region)}`,
    ...(endpoint === null
      ? []
      : [
          `endpoint ${literal(endpoint.host)}`,
          `url_style 'path'`,
          `use_ssl ${endpoint.protocol === 'https:'}`,
        ]),
  ];
  return `create secret (${options.join(', ')})`;
}
