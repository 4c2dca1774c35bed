/** Looks at the objects below a prefix of a bucket: what their names have in common, and some of them. */

import type { Remark } from '../../../model/infer/contract.ts';
import { keyedMode } from '../../../model/infer/fetched/choose-mode.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { plural } from '../../../platform/plural.ts';
import { samplePrefix } from '../../../sources/prefix/sample-prefix.ts';
import type { SampledSource, SampleTask } from './contract.ts';

export interface BucketOptions {
  /** As the definition has it, and as it is now. */
  readonly url: string;
  readonly address: string;
  /** Keys that are taken, relative to the last folder of the address. Default: those with the commonest ending. */
  readonly match?: string;
}

const sourceName = 'bucket';

/** @throws LandfallError LF_INIT_SOURCE, and what listing a bucket throws */
export async function sampleFromBucket(
  { url, address, match }: BucketOptions,
  { dataset, signal }: SampleTask,
): Promise<SampledSource> {
  const sample = await samplePrefix({ name: sourceName, address, match, signal });
  if (sample.matching === 0) {
    const reason = match === undefined ? 'no object is below it' : `no object below it matches ${match}`;
    throw new LandfallError('LF_INIT_SOURCE', { address, reason });
  }
  const remarks: Remark[] = [];
  const said = `${plural(sample.matching, 'object')} of ${sample.objects}${sample.isAll ? '' : ' that were listed'}`;
  remarks.push({ kind: 'evidence', text: `${said}; from ${sample.first} to ${sample.last}` });
  if (sample.matching < sample.objects && match === undefined)
    remarks.push({
      kind: 'check',
      text: `${plural(sample.objects - sample.matching, 'object')} with another ending will not be taken: ${sample.other}`,
    });
  return {
    files: sample.chosen,
    shown: sample.chosen,
    known: new Map(),
    source: {
      ...{ name: sourceName, kind: 's3', remarks },
      options: { url, ...(sample.match !== '*' && { match: sample.match }) },
    },
    mode: (columns) => keyedMode(dataset, columns),
  };
}
