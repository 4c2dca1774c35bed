/**
 * Plays a document as a reader would: writes the files that it shows, and runs its commands (`console`) in their order. A
 * file is a fence whose paragraph names it in backticks, such as `datasets/orders/dataset.ts`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { main, root } from '../cli/run.ts';
import { tempFolder } from './index.ts';

const shell = promisify(execFile);

/** The languages of fences that are files. */
const fileLanguages = ['ts', 'csv'];

/** Times and rates are another each time; sizes of parts and the number of checks are not what documents show. */
function timeless(text: string): string {
  return text
    .replace(/, [\d.,]+ s, [\d.,]+ rows\/s/g, ', …')
    .replace(/( parts?), [\d.]+ k?B/g, '$1, …')
    .replace(/\d+ of \d+ checks hold/g, 'checks hold')
    .replace(/\d{4}-\d\d-\d\dT\d\d[-:]\d\d[-:]\d\d(\.\d+)?Z/g, 'TIME')
    .replace(/~[0-9a-f]{12}\./g, '~HASH.');
}

/** `databaseUrl`: of a database that is empty. Fails where a command prints something else than the document shows. */
export async function playDocument(path: string, databaseUrl: string): Promise<void> {
  const folder = tempFolder();
  mkdirSync(join(folder, 'bin'));
  // A home: what a definition is in JavaScript is kept for the next command.
  mkdirSync(join(folder, '.landfall'));
  const landfall = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
  writeFileSync(join(folder, 'bin/landfall'), landfall, { mode: 0o755 });
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    DATABASE_URL: databaseUrl,
    LANDFALL_WORKERS: '1',
    LANDFALL_PORT: '0',
    INBOX: join(folder, 'inbox'),
    NO_COLOR: '1',
  };
  const left: ChildProcess[] = [];
  try {
    for (const { language, code, named } of fencesOf(readFileSync(join(root, path), 'utf8'))) {
      if (language === 'console') await play(code, { folder, env, left });
      else if (fileLanguages.includes(language) && named !== null) {
        mkdirSync(dirname(join(folder, named)), { recursive: true });
        writeFileSync(join(folder, named), code);
      }
    }
  } finally {
    for (const child of left) child.kill('SIGKILL');
  }
}

interface Fence {
  readonly language: string;
  readonly code: string;
  /** The last file that the paragraph before it names. */
  readonly named: string | null;
}

function fencesOf(text: string): Fence[] {
  return [...text.matchAll(/([^\n]*)\n\n```(\w+)\n([\s\S]*?)```/g)].map(([, paragraph, language, code]) => {
    const named = [...paragraph.matchAll(/`([\w./-]+\.(?:ts|csv))`/g)].at(-1)?.[1] ?? null;
    return { language, code, named };
  });
}

interface Stage {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Commands that run on. */
  readonly left: ChildProcess[];
}

/** The commands of one fence and what they print. One that ends in ` &` runs on until `kill %1` stops it. */
async function play(shown: string, { folder, env, left }: Stage): Promise<void> {
  let printed = '';
  for (const line of shown.split('\n').filter((text) => text.startsWith('$ '))) {
    const command = line.slice(2);
    printed += `${line}\n`;
    if (command.endsWith(' &')) left.push(await begun(command.slice(0, -2), folder, env));
    else if (command === 'kill -INT %1') printed += await lastLine(left.pop()!);
    else printed += (await shell('sh', ['-c', command], { cwd: folder, env })).stdout;
  }
  expect(timeless(printed)).toBe(timeless(shown));
}

/** What a command has said to standard error, by its process. */
const said = new WeakMap<ChildProcess, string>();

/** Starts a command and waits until it says that it is up. */
async function begun(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', `exec ${command}`], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  said.set(child, '');
  await new Promise<void>((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      said.set(child, said.get(child)! + text);
      if (said.get(child)!.includes('is up')) resolve();
    });
    child.once('exit', () => reject(new Error(`${command} ended:\n${said.get(child)}`)));
  });
  return child;
}

/** Stops a command, and gives the last line that it has said. */
async function lastLine(child: ChildProcess): Promise<string> {
  const ended = once(child, 'close');
  child.kill('SIGINT');
  await ended;
  return `${said.get(child)!.trimEnd().split('\n').at(-1)}\n`;
}
