/** A build of the kernel with guards around every block of its memory, for this process. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type KernelInstance, replaceKernel } from '../../kernel/module.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'dist/fuzz');
const wasm = join(folder, 'kernel.wasm');
const sources = [join(root, 'kernel/assembly'), join(root, 'test/fuzz/assembly')];

const instances: KernelInstance[] = [];

/** Builds it where it is older than its sources, and lets every kernel from now on be one of it. */
export async function guardKernels(): Promise<void> {
  if (!isFresh()) build();
  replaceKernel(await WebAssembly.compile(readFileSync(wasm)), (instance) => instances.push(instance));
}

function isFresh(): boolean {
  const built = statSync(wasm, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const files = sources.flatMap((source) => readdirSync(source).map((name) => join(source, name)));
  return files.every((file) => statSync(file).mtimeMs < built);
}

function build(): void {
  const assembly = join(folder, 'assembly');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(sources[0], assembly, { recursive: true });
  cpSync(sources[1], assembly, { recursive: true });
  const index = join(assembly, 'index.ts');
  writeFileSync(index, `${readFileSync(index, 'utf8')}\nexport { brokenGuard } from './arena';\n`);
  const flags = '-O2 --noAssert --enable simd --enable bulk-memory --runtime stub --importMemory';
  const limits = '--maximumMemory 16384 --initialMemory 1';
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  const options = `${flags} ${limits}`.split(' ');
  execFileSync(process.execPath, [asc, index, '--outFile', wasm, ...options], { stdio: 'pipe' });
}

/** Throws where a byte outside of all blocks was written. */
export function checkGuards(): void {
  for (const { exports } of instances) {
    const { brokenGuard } = exports as unknown as { brokenGuard(): number };
    const at = brokenGuard();
    if (at !== 0) throw new Error(`the kernel wrote outside of its blocks, at ${at}`);
  }
}
