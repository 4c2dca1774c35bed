/** .github/workflows: what GitHub's own parser says, and that every version of Node runs all of CI. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJiti } from 'jiti';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../package.json' with { type: 'json' };
import { root } from './support/house/tree.ts';

/** It imports JSON without saying that it is JSON, which Node refuses. */
const { NoOperationTraceWriter, parseWorkflow } = await createJiti(import.meta.url).import<
  typeof import('@actions/workflow-parser')
>('@actions/workflow-parser');

const name = '.github/workflows/ci.yml';
const content = readFileSync(join(root, name), 'utf8');
const faultsOf = (text: string) =>
  parseWorkflow({ name, content: text }, new NoOperationTraceWriter())
    .context.errors.getErrors()
    .map(({ message }) => message);

it('is a workflow', () => {
  expect(faultsOf(content)).toEqual([]);
  expect(faultsOf(content.replace('runs-on', 'runs-at'))).not.toEqual([]);
});

it('runs all of CI on each version of Node that there is support for', () => {
  const { jobs } = parse(content);
  const { strategy, container, steps } = jobs.test;
  const versions: readonly string[] = strategy.matrix.node;
  expect(versions).toEqual(['20.19', '22', '24']);
  expect(manifest.engines.node).toBe(`>=${versions[0]}`);
  expect(container.image).toBe('node:$'.concat('{{ matrix.node }}-bookworm'));
  expect(steps.at(-1)).toEqual({ run: '.ci/run' });
});
