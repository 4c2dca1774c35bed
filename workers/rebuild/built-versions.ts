/**
 * The versions of reference tables that files are joined with when a star is rebuilt: those that they were planned with,
 * where the definition they were planned with had the same tables. Else the newest, one for all files.
 */
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { CompiledDataset, CompiledReference } from '../../model/compiled.ts';
import type { FileLayout } from '../../platform/layout.ts';

/** By the name of the table. */
export type ReferenceVersions = NonNullable<FileLayout['references']>;

export class BuiltVersions {
  /** Files that have other versions than they were planned with. */
  readonly changed = new Map<number, ReferenceVersions>();
  private readonly references: readonly CompiledReference[];
  private readonly read: () => Promise<ReferenceVersions>;
  private newest: ReferenceVersions | null = null;

  /** `read`: reads the newest versions. */
  constructor({ references = [] }: CompiledDataset, read: () => Promise<ReferenceVersions>) {
    this.references = references;
    this.read = read;
  }

  /** `was`: the definition that the file was planned with. */
  async of(
    { fileId, layout }: Pick<LedgerFile, 'fileId' | 'layout'>,
    was: Pick<StoredDefinition, 'references'> | null,
  ): Promise<ReferenceVersions> {
    const own = layout?.references ?? {};
    const kept = this.references.filter(
      (one) => own[one.name] !== undefined && was?.references?.some((other) => isAlike(one, other)),
    );
    if (kept.length < this.references.length) this.newest ??= await this.read();
    const versions: Record<string, ReferenceVersions[string]> = {};
    for (const one of this.references)
      versions[one.name] = kept.includes(one) ? own[one.name] : this.newest![one.name];
    if (kept.length < Math.max(this.references.length, Object.keys(own).length))
      this.changed.set(fileId, versions);
    return versions;
  }
}

/** Whether the bytes of one are read as those of the other. */
function isAlike(one: CompiledReference, other: CompiledReference): boolean {
  return one.name === other.name && one.key === other.key && one.table.version === other.table.version;
}
