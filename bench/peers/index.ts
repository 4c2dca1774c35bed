/** `--peers`: how long other tools take for parts of the same work, on the same file and server. */

import type { PeerResult } from '../rounds/outcome.ts';
import { median } from '../rounds/rounds.ts';
import type { Arena } from '../sides/arena.ts';
import { duckDb } from './duckdb.ts';
import { nodeScript } from './node-script.ts';
import type { Peer } from './peer.ts';
import { pgloader } from './pgloader.ts';
import { polars } from './polars.ts';
import { landfallPeer, psqlCopy } from './references.ts';

const peers: readonly Peer[] = [landfallPeer, psqlCopy, duckDb, polars, pgloader, nodeScript];

/** Peers alternate like sides. A peer that is not installed is named, with the command that installs it. */
export async function runPeers(arena: Arena): Promise<PeerResult[]> {
  arena.say('peers\n');
  const seconds = new Map<Peer, number[]>();
  const errors = new Map<Peer, string>();
  for (let round = 0; round < arena.rounds; round++) {
    for (const peer of round % 2 === 0 ? peers : [...peers].reverse()) {
      if (errors.has(peer)) continue;
      const missing = peer.version() === null ? `not installed: ${peer.install}` : null;
      try {
        if (missing !== null) throw new Error(missing);
        const taken = await peer.run(arena, peer.rows(arena));
        seconds.set(peer, [...(seconds.get(peer) ?? []), taken]);
        arena.say(`  round ${round + 1}  ${peer.name.padEnd(58)} ${taken.toFixed(2).padStart(8)} s\n`);
      } catch (error) {
        errors.set(peer, error instanceof Error ? error.message : String(error));
      }
    }
  }
  const results = peers.map((peer) => result(peer, arena, seconds.get(peer) ?? [], errors.get(peer)));
  process.stdout.write('\npeers: other tools, for what they do of the work\n');
  for (const one of results) process.stdout.write(`   ${line(one)}\n`);
  return results;
}

function result(peer: Peer, arena: Arena, seconds: readonly number[], error: string | undefined): PeerResult {
  const rows = peer.rows(arena);
  const failed = error !== undefined || seconds.length === 0;
  const taken = failed ? null : median(seconds);
  return {
    name: peer.name,
    version: peer.version(),
    does: peer.does,
    rows,
    seconds: taken,
    rowsPerSecond: taken === null ? null : rows / taken,
    scaled: rows < arena.rows,
    ...(error !== undefined && { error }),
  };
}

function line({ name, does, rowsPerSecond, scaled, rows, error }: PeerResult): string {
  if (rowsPerSecond === null) return `${name}: ${error}`;
  const sample = scaled ? ` (on a sample of ${rows.toLocaleString('en')} rows)` : '';
  return `${name.padEnd(46)} ${Math.round(rowsPerSecond).toLocaleString('en').padStart(10)} rows/s  ${does}${sample}`;
}
