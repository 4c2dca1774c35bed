import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Reports the tests that failed and then passed when they were tried again. Fix them. */
export default class SecondTry implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap((module) => [...module.children.allTests()].filter(isFlaky));
    for (const test of flaky) {
      console.log(`passed at the second try: ${test.module.relativeModuleId} > ${test.fullName}`);
      for (const error of test.result().errors ?? []) console.log(error.stack ?? error.message);
    }
  }
}

function isFlaky(test: TestCase): boolean {
  return test.diagnostic()?.flaky ?? false;
}
