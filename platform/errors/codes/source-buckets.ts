/** What goes wrong when objects of a bucket are fetched. */
import type { ErrorEntries } from './entry.ts';

export const sourceBucketCodes = {
  LF_SOURCE_BUCKET_DENIED: {
    message: 'Source {source}: {object} cannot be read: {reason}',
    fix: 'Check the credentials (AWS_…) and the policy of the bucket: it must allow s3:ListBucket and s3:GetObject.',
    retry: 'again',
  },
  LF_SOURCE_BUCKET_LOST: {
    message: 'Source {source}: {store} is out of reach: {reason}',
    fix: 'Check the network and the address (AWS_ENDPOINT_URL_S3, AWS_REGION). The run resumes by itself where it stopped.',
    retry: 'outage',
  },
  LF_SOURCE_BUCKET_MISSING: {
    message: 'Source {source}: {store} cannot be opened: {reason}',
    fix: 'Correct the name of the bucket in `url`.',
    retry: 'never',
  },
  LF_SOURCE_QUEUE_DENIED: {
    message: 'The queue {queue} may not be read: {reason}',
    fix: 'Check the credentials (AWS_…): they must allow sqs:ReceiveMessage and sqs:DeleteMessage on the queue, and kms:Decrypt if a key of yours encrypts it. Meanwhile the bucket is listed by the schedule.',
    retry: 'again',
  },
  LF_SOURCE_QUEUE_LOST: {
    message: 'The queue {queue} is out of reach: {reason}',
    fix: 'Check the network and the address (AWS_ENDPOINT_URL_SQS, AWS_REGION). Meanwhile the bucket is listed by the schedule.',
    retry: 'again',
  },
  LF_SOURCE_QUEUE_MISSING: {
    message: 'There is no queue {queue}: {reason}',
    fix: 'Correct the URL of the queue in `notifications`, or create it. Meanwhile the bucket is listed by the schedule.',
    retry: 'again',
  },
  LF_SOURCE_OBJECT_CHANGED: {
    message: 'Source {source}: {object} was replaced or deleted while it was read.',
    fix: 'Nothing needs to be done: the run reads it again as it is now. If it fails again and again, let the other side write objects under new names.',
    retry: 'again',
  },
} as const satisfies ErrorEntries;
