import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  descendants,
  hasProc,
  peakBytes,
  processStat,
  treeCpuSeconds,
} from '../../../bench/processes/proc.ts';

describe.runIf(hasProc)('/proc', () => {
  it('tells of this process', () => {
    const stat = processStat(process.pid)!;
    expect(stat.parent).toBe(process.ppid);
    expect(stat.rssBytes).toBeGreaterThan(10e6);
    expect(peakBytes(process.pid)).toBeGreaterThanOrEqual(stat.rssBytes * 0.5);
  });

  it('knows a process below a process by its command, however that is named', async () => {
    const child = spawn('sh', ['-c', 'sleep 30 & echo; wait'], {
      argv0: 'a) b (c',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout!, 'data');
    const below = descendants(child.pid!);
    expect(below).toHaveLength(1);
    expect(processStat(below[0])!.parent).toBe(child.pid);
    expect(descendants(process.pid)).toEqual(expect.arrayContaining([child.pid, below[0]]));
    process.kill(below[0]);
    child.kill();
    await once(child, 'exit');
    expect(processStat(child.pid!)).toBeNull();
    expect(descendants(child.pid!)).toEqual([]);
  });

  it('counts the time of a child that has ended to its parent', async () => {
    const before = treeCpuSeconds(process.pid);
    const child = spawn(process.execPath, [
      '-e',
      'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);',
    ]);
    await once(child, 'exit');
    expect(treeCpuSeconds(process.pid) - before).toBeGreaterThanOrEqual(0.29);
  });
});
