import { type Contest, ratio } from '../rounds/contest.ts';
import { median, type Result } from '../rounds/rounds.ts';
import { fromBucket, fromFolder } from '../sides/bucket.ts';

export const bucket: Contest = {
  letter: 's',
  what: 'whole pipeline of a file in a bucket on the same machine ÷ of the same file in a folder',
  inside:
    'from the moment that a running Landfall has found the file until it is done; the server of the bucket has the same cores',
  goalRows: 10_000_000,
  async prepare(arena) {
    const input = await arena.trips();
    return [fromBucket(arena, input), fromFolder(arena, input)];
  },
  measure: ([s3, folder]) => {
    const ours = ({ rounds }: Result) =>
      median(
        rounds.map(({ cpuSeconds = Number.NaN, serverCpuSeconds = 0 }) => cpuSeconds + serverCpuSeconds),
      );
    const theirs = median(
      s3.rounds.map(({ detail }) => (detail as { bucketCpuSeconds: number }).bucketCpuSeconds),
    );
    const micros = (seconds: number) => (seconds * 1e6) / s3.rows;
    const cpu = (name: string, seconds: number) =>
      ({ name, value: micros(seconds), unit: 'µs a row', goal: null }) as const;
    return [
      ratio('bucket ÷ folder, ratio of rates', s3, folder, { atLeast: 0.9 }),
      cpu('CPU of Landfall and PostgreSQL, from the folder', ours(folder)),
      cpu('the same, from the bucket', ours(s3)),
      cpu('CPU of the bucket’s server', theirs),
    ];
  },
};
