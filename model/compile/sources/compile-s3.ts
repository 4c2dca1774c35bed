/** Compiles a source of objects in a bucket. */
import type { CompiledS3Source, OwnMembers } from '../../compiled-source.ts';
import type { S3SourceOptions } from '../../language/define-sources.ts';
import { shown } from '../../words.ts';
import type { Place } from './place.ts';

export function compileS3(options: S3SourceOptions, place: Place): OwnMembers<CompiledS3Source> {
  const url = place.template('url', options.url);
  if (!/^(?:s3:\/\/|\{env:)/.test(url))
    place.add('url', `${shown(url)} is not the address of a bucket`, "Say 's3://bucket/prefix/'");
  const match = place.text('match', options.match, '*');
  return { kind: 's3', url, match, notifications: compileNotifications(options, place) };
}

function compileNotifications({ notifications }: S3SourceOptions, place: Place): string | null {
  place.knows('notifications');
  if (notifications === undefined) return null;
  const address = place.template('notifications', notifications);
  if (address !== '' && !/^(?:https?:\/\/|\{env:)/.test(address))
    place.add(
      'notifications',
      `${shown(address)} is not the URL of a queue`,
      "Say env('ORDERS_QUEUE_URL'), with https://sqs.REGION.amazonaws.com/ACCOUNT/NAME in it",
    );
  return address;
}
