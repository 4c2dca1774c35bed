/** The one question of `landfall init`: whether the first record names the columns. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFiles } from '../../../cli/init/describe-files.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { landfall, main } from '../../cli/run.ts';
import { tempFolder } from '../../support/index.ts';

/** Nothing in it tells whether the first record is a row: all are words. */
const content = 'ada,rome\nbob,oslo\ncid,bern\ndan,wien\n';

function folderWithFile(text = content): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'people.csv'), text);
  return folder;
}

describe('the question whether there is a header', () => {
  async function described(text: string, answer: boolean) {
    const asked: { file: string; firstRecord: readonly string[] }[] = [];
    const ask = async (file: string, firstRecord: readonly string[]) => {
      asked.push({ file, firstRecord });
      return answer;
    };
    const path = join(folderWithFile(text), 'people.csv');
    const kernel = await createKernel();
    const { found } = await describeFiles('people', [path], {
      kernel,
      signal: new AbortController().signal,
      ask,
    });
    return { asked, path, header: found.dialect.header, rows: found.rowCount };
  }

  it('is asked where nothing tells, and the answer decides', async () => {
    const yes = await described(content, true);
    expect(yes).toMatchObject({ header: ['ada', 'rome'], rows: 3 });
    expect(yes.asked).toEqual([{ file: yes.path, firstRecord: ['ada', 'rome'] }]);
    expect(await described(content, false)).toMatchObject({ header: null, rows: 4 });
  });

  it.each([
    ['id,name\n1,Ada\n2,Bob\n', 2],
    ['1,Ada\n2,Bob\n3,Cid\n', 3],
  ])('is not asked where the rows tell: %j', async (text, rows) => {
    const { asked, rows: found } = await described(text, rows !== 2);
    expect([asked, found]).toEqual([[], rows]);
  });

  it.each([
    ['id,name\n1,Ada\n2,Bob\n', false, null, 3],
    ['1,Ada\n2,Bob\n3,Cid\n', true, ['1', 'Ada'], 2],
  ])('is not asked where a person has said it, against the rows: %j', async (text, header, names, rows) => {
    const path = join(folderWithFile(text), 'people.csv');
    const kernel = await createKernel();
    const { signal } = new AbortController();
    const { found } = await describeFiles('people', [path], { kernel, signal, header });
    expect([found.dialect.header, found.rowCount]).toEqual([names, rows]);
  });

  it('is not asked without a terminal: init decides, and says so there and in the definition', async () => {
    const cwd = folderWithFile();
    const { code, stdout, stderr } = await landfall(['init', 'people.csv', '--out', '-'], { cwd });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('[Y/n]')]);
    expect(stderr).toMatch(/^ {2}check +the first record is taken for a row: nothing/m);
    expect(stdout).toMatch(/\/\/ check: the first record is taken for a row/);
    const said = await landfall(['init', 'people.csv', '--out', '-', '--no-header'], { cwd });
    expect(said.stdout).toContain('header: false');
    const named = await landfall(['init', 'people.csv', '--out', '-', '--header'], { cwd });
    expect(named.stdout).toMatch(/ada: text/);
    expect(named.stdout).not.toMatch(/check: the first record/);
  });

  const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
  if (!hasPython)
    console.warn('SKIPPED: the question of init at a terminal, because there is no python3 with pty');

  it.skipIf(!hasPython).each([
    ['y', /ada: text/],
    ['', /ada: text/],
    ['n', /header: false/],
  ])('at a terminal, the answer %j decides', async (answer, written) => {
    const cwd = folderWithFile();
    expect(await atTerminal(cwd, answer)).toMatch(/ada \| rome\r?\n.*Does it name the columns\? \[Y\/n\]/);
    const out = join(cwd, 'datasets/people/dataset.ts');
    expect(existsSync(out) && readFileSync(out, 'utf8')).toMatch(written);
  });
});

/** Runs `landfall init people.csv` at a terminal of its own, answers its question, and returns what was shown. */
function atTerminal(cwd: string, answer: string): Promise<string> {
  const program = `
import os, pty, sys
shown = b''
def read(fd):
    global shown
    data = os.read(fd, 1024)
    before = b'[Y/n]' in shown
    shown += data
    if not before and b'[Y/n]' in shown:
        os.write(fd, sys.argv[1].encode() + b'\\r')
    return data
status = pty.spawn(sys.argv[2:], read, lambda fd: b'')
sys.exit(os.waitstatus_to_exitcode(status))
`;
  const args = ['-c', program, answer, process.execPath, main, 'init', 'people.csv'];
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', TERM: 'xterm', LANDFALL_DATASETS: '' };
    const child = spawn('python3', args, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      shown += text;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(shown) : reject(new Error(`exit ${code}: ${shown}`))));
  });
}
