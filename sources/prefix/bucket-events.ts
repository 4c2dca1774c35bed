/**
 * Messages with which a bucket tells of its objects: of S3 itself, of SNS and of EventBridge. Servers like MinIO send
 * those of S3.
 */
import { matcher, splitAddress } from './fetch-prefix.ts';

export interface CreatedObject {
  readonly bucket: string;
  /** Relative to the bucket. */
  readonly key: string;
}

type Members = Readonly<Record<string, unknown>>;

/** The objects that a message says are new. Null: it is not a message of a bucket. */
export function createdObjects(body: string): readonly CreatedObject[] | null {
  const message = membersOf(body);
  if (message === null) return null;
  if (message.Type === 'Notification') {
    const { Message: inner } = message;
    return typeof inner === 'string' ? objectsOf(membersOf(inner)) : null;
  }
  return objectsOf(message);
}

function membersOf(text: string): Members | null {
  try {
    return asMembers(JSON.parse(text));
  } catch {
    return null;
  }
}

function asMembers(value: unknown): Members | null {
  return typeof value === 'object' && value !== null ? (value as Members) : null;
}

function objectsOf(message: Members | null): readonly CreatedObject[] | null {
  if (message === null) return null;
  // Sent once, when somebody sets up the notifications of a bucket.
  if (message.Event === 's3:TestEvent') return [];
  if (message.source === 'aws.s3') return ofEventBridge(message);
  return Array.isArray(message.Records) ? ofRecords(message.Records) : null;
}

function ofEventBridge({ 'detail-type': type, detail }: Members): readonly CreatedObject[] | null {
  if (type !== 'Object Created') return typeof type === 'string' ? [] : null;
  const object = objectIn(asMembers(detail));
  return object && [object];
}

function ofRecords(records: readonly unknown[]): readonly CreatedObject[] | null {
  const objects: CreatedObject[] = [];
  for (const record of records) {
    const { eventName, s3 } = asMembers(record) ?? {};
    if (typeof eventName !== 'string') return null;
    if (!/^(?:s3:)?ObjectCreated:/.test(eventName)) continue;
    const object = objectIn(asMembers(s3));
    const key = object && decoded(object.key);
    if (object === null || key === null) return null;
    objects.push({ bucket: object.bucket, key });
  }
  return objects;
}

function objectIn(members: Members | null): CreatedObject | null {
  const bucket = asMembers(members?.bucket)?.name;
  const key = asMembers(members?.object)?.key;
  return typeof bucket === 'string' && typeof key === 'string' ? { bucket, key } : null;
}

/** S3 writes keys as forms do: `+` is a space. EventBridge has them as they are. */
function decoded(key: string): string | null {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** Whether an object is one that the source at `address` takes, whose keys match the pattern. */
export function objectMatcher(address: string, match: string): (object: CreatedObject) => boolean {
  const { folder, prefix } = splitAddress(address);
  const [, bucket, path] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(folder) ?? [];
  const matches = matcher(match);
  return (object) =>
    object.bucket === bucket &&
    object.key.startsWith(path + prefix) &&
    matches(object.key.slice(path.length));
}
