/** A plan is all that a seed says: what it holds, and that it is the same every time. */
import { describe, expect, it } from 'vitest';
import { Draw } from '../../../soak/draw.ts';
import { drawPlan } from '../../../soak/plan/plan.ts';
import { faultKinds, soakDatasets } from '../../../soak/plan/types.ts';

const minute = 60_000;

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    const plain = (seed: number) => {
      const { contents, ...plan } = drawPlan(seed, 'redis', minute);
      return JSON.stringify([...contents, plan]);
    };
    expect(plain(7)).toBe(plain(7));
    expect(plain(7)).not.toBe(plain(8));
  });

  it('holds every fault, dataset, packing and flaw before long', () => {
    const plans = Array.from({ length: 20 }, (_, seed) => drawPlan(seed, 'redis', 3 * minute, true));
    const faults = new Set(plans.flatMap((plan) => plan.faults.map(({ kind }) => kind)));
    expect([...faults].sort()).toEqual([...faultKinds].sort());
    const contents = plans.flatMap((plan) => [...plan.contents.values()]);
    const all = (of: (content: (typeof contents)[number]) => unknown) =>
      [...new Set(contents.map(of))].sort();
    expect(all(({ dataset }) => dataset)).toEqual([...soakDatasets].sort());
    expect(all(({ packing }) => packing)).toEqual(['gzip', 'none', 'zip']);
    // An empty file is a flaw of its own.
    expect(contents.filter(({ dataset, rows }) => dataset === 'lines' && rows === 0)).toEqual([]);
    const flaws = ['', 'binary', 'cut off', 'damaged', 'empty', 'header', 'rejects'];
    expect(all(({ flaw }) => flaw ?? '')).toEqual(flaws);
    const drops = plans.flatMap((plan) => plan.drops);
    expect(new Set(drops.map(({ meddling }) => meddling?.kind))).toEqual(
      new Set([undefined, 'append', 'rename']),
    );
  });

  it('asks Redis and hosts no outage where there are none', () => {
    const faults = Array.from({ length: 20 }, (_, seed) => drawPlan(seed, 'postgres', minute).faults).flat();
    expect(faults.filter(({ kind }) => kind.includes('Redis') || kind.includes('host'))).toEqual([]);
  });
});

describe('draws', () => {
  it('do not depend on what else is drawn', () => {
    const draw = new Draw(1);
    const before = draw.of('a').share();
    draw.share();
    draw.of('b').share();
    expect(draw.of('a').share()).toBe(before);
  });

  it('keep to their bounds', () => {
    const draw = new Draw('bounds');
    const wholes = Array.from({ length: 1000 }, () => draw.whole(3, 5));
    expect(new Set(wholes)).toEqual(new Set([3, 4, 5]));
    const magnitudes = Array.from({ length: 1000 }, () => draw.magnitude(10, 1000));
    expect(Math.min(...magnitudes)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...magnitudes)).toBeLessThanOrEqual(1000);
    expect(magnitudes.filter((n) => n < 100).length).toBeGreaterThan(400);
  });
});
