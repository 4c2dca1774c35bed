/** The demo of an example whose data are a file: it is generated and dropped into the landing folder. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isBlocking } from '../../coordinator/finalise/data-checks.ts';
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

/** Loads the demo's file, or finds it loaded by an earlier run, and prints its receipt. */
export async function loadFile(site: Site, dataset: string, size: Size, say: Say): Promise<ExitCode> {
  const receipt = await receiptOf(site, dataset, size, say);
  process.stdout.write(renderReceipt(receipt));
  return reconciles(receipt) ? ExitCode.success : ExitCode.failed;
}

async function receiptOf(site: Site, dataset: string, size: Size, say: Say): Promise<Receipt> {
  const name = `${dataset}-${size.rows}-seed-${size.seed}.csv`;
  const { ledger } = site.coordinator;
  const known = (await ledger.files({ dataset })).find(
    (file) => file.name === name && file.state !== 'failed' && file.state !== 'duplicate',
  );
  if (known) {
    say(
      known.state === 'done'
        ? `${name} was loaded by an earlier run and is not loaded again.\n`
        : `${name} was not finished; resuming it.\n`,
    );
    return settledWithBars(site, known.fileId);
  }
  await drop(site, dataset, name, size, say);
  return settledWithBars(site, await landed(site, dataset, name));
}

async function settledWithBars(site: Site, fileId: number): Promise<Receipt> {
  const terminal = attachTerminal(site.hub);
  try {
    return await site.coordinator.settled(fileId);
  } finally {
    terminal.close();
  }
}

/** Generates the file under another name and renames it when it is complete. */
async function drop(site: Site, dataset: string, name: string, size: Size, say: Say): Promise<void> {
  const { landingUrl } = site.config;
  if (schemeOf(landingUrl) !== 'folder')
    throw new LandfallError('LF_USAGE', {
      problem: 'the demo needs a landing folder, but LANDING_URL is in S3',
    });
  const folder = join(landingUrl, dataset);
  await mkdir(folder, { recursive: true });
  const staged = join(folder, `.${name}.part`);
  const started = performance.now();
  const bytes = await generateFile(dataset, { ...size, out: staged });
  say(
    `Generated ${count(size.rows)} rows of ${dataset}, ${count(bytes / 1e6)} MB, in ${duration((performance.now() - started) / 1000)}; dropping them into ${folder}\n`,
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
