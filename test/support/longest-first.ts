import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the first kind before the second. None of them may start when all others are done. */
export const longKinds = [
  // Waits for outages to last too long, three minutes in all, and computes nothing meanwhile.
  /\/test\/cli\/load\/outlasted\./,
  // Take a minute or more each.
  /\/test\/(docs|cli\/commands|cli\/ask\/query|dashboard\/page)\.test\./,
  // Sites and processes.
  /\/test\/(e2e|faults|crash|workers|soak|cli|dashboard)\//,
];

/** Runs files that start sites and processes first, and of files with unknown times the largest first. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const kindOf = ({ moduleId }: TestSpecification) => {
      const kind = longKinds.findIndex((pattern) => pattern.test(moduleId));
      return kind < 0 ? longKinds.length : kind;
    };
    return sorted.sort((one, other) => kindOf(one) - kindOf(other));
  }
}
