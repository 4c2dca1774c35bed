import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest. None of them may start when all others are done. */
const long = /\/test\/(e2e|faults|crash|workers)\//;

/** Runs files that start sites and processes first, and of files with unknown times the largest first. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
