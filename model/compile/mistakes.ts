/** Collects the mistakes of a definition, so that one error names them all. */
import { LandfallError } from '../../platform/errors/errors.ts';

export class Mistakes {
  private readonly lines: string[] = [];

  /** `place`: where in the definition, as one would write it. `fix`: what to write instead. */
  add(place: string, what: string, fix: string): void {
    this.lines.push(`  ${place}: ${what}. ${fix}${fix.endsWith('?') ? '' : '.'}`);
  }

  get count(): number {
    return this.lines.length;
  }

  /** Throws LF_DEFINITION if there were any. */
  refuse(dataset: string): void {
    if (this.lines.length > 0) {
      throw new LandfallError('LF_DEFINITION', { dataset, mistakes: this.lines.join('\n') });
    }
  }
}
