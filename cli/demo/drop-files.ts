/** The demo of an example whose data are files: they are generated and dropped into the landing folder. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isBlocking } from '../../coordinator/finalise/data-checks.ts';
import { type DemoFile, demoFiles } from '../../datasets/demos.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { schemeOf } from '../../platform/storage/schemes.ts';
import { generateFile } from '../commands/generate.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Site } from '../site.ts';
import { count, duration } from '../terminal/format.ts';
import { renderReceipt } from '../terminal/render-receipt.ts';
import { attachTerminal } from '../terminal/terminal.ts';
import type { Say } from './fetch-rounds.ts';

export interface Size {
  readonly rows: number;
  readonly seed: number;
}

/** Loads the demo's files, or finds them loaded by an earlier run, and prints their receipts. */
export async function loadFiles(site: Site, example: string, size: Size, say: Say): Promise<ExitCode> {
  const fileIds: number[] = [];
  for (const file of demoFiles(example, size)) fileIds.push(await fileIdOf(site, example, file, say));
  const receipts = await settledWithBars(site, fileIds);
  for (const receipt of receipts) process.stdout.write(renderReceipt(receipt));
  return receipts.every(reconciles) ? ExitCode.success : ExitCode.failed;
}

/** The number of a file, which is dropped if no earlier run has. */
async function fileIdOf(site: Site, dataset: string, file: DemoFile, say: Say): Promise<number> {
  const { name } = file;
  const { ledger } = site.coordinator;
  const known = (await ledger.files({ dataset })).find(
    (one) => one.name === name && one.state !== 'failed' && one.state !== 'duplicate',
  );
  if (known) {
    say(
      known.state === 'done'
        ? `${name} was loaded by an earlier run and is not loaded again.\n`
        : `${name} was not finished; resuming it.\n`,
    );
    return known.fileId;
  }
  await drop(site, dataset, file, say);
  return landed(site, dataset, name);
}

async function settledWithBars(site: Site, fileIds: readonly number[]): Promise<Receipt[]> {
  const terminal = attachTerminal(site.hub);
  try {
    return await Promise.all(fileIds.map((fileId) => site.coordinator.settled(fileId)));
  } finally {
    terminal.close();
  }
}

/** Generates the file under another name and renames it when it is complete. */
async function drop(
  site: Site,
  dataset: string,
  { name, generator, rows, seed }: DemoFile,
  say: Say,
): Promise<void> {
  const { landingUrl } = site.config;
  if (schemeOf(landingUrl) !== 'folder')
    throw new LandfallError('LF_USAGE', {
      problem: 'the demo needs a landing folder, but LANDING_URL is in S3',
    });
  const folder = join(landingUrl, dataset);
  await mkdir(folder, { recursive: true });
  const staged = join(folder, `.${name}.part`);
  const started = performance.now();
  const bytes = await generateFile(generator, { rows, seed, out: staged });
  say(
    `Generated ${count(rows)} rows of ${generator}, ${count(bytes / 1e6)} MB, in ${duration((performance.now() - started) / 1000)}; dropping them into ${folder}\n`,
  );
  await rename(staged, join(folder, name));
}

/** Resolves with the number of a dropped file when the progress stream first reports it. */
function landed(site: Site, dataset: string, name: string): Promise<number> {
  return new Promise((resolve) => {
    const stop = site.hub.subscribe((message) => {
      const files = message.type === 'snapshot' ? message.state.files : (message.files ?? []);
      const file = files.find((entry) => entry.name === name && entry.dataset === dataset);
      if (!file) return;
      queueMicrotask(() => stop());
      resolve(file.fileId);
    });
  });
}

/** Whether every check of the receipt holds that would fail a file, and every row is accounted for. */
export function reconciles({ status, rows, checks }: Receipt): boolean {
  return (
    status === 'done' &&
    rows.parsed === rows.loaded + rows.rejected + rows.deduplicated &&
    !checks.some(isBlocking)
  );
}
