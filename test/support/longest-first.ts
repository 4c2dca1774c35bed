import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Of files that take longest: none may begin when all others are done. */
const long = /\/test\/(e2e|faults|crash|workers)\//;

/** Files with sites and processes of their own first; where nothing is known of their times, the largest first. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
