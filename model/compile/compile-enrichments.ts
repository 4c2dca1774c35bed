/** Compiles enrichments to a list in which each comes after its inputs. */
import type { CompiledEnrichment, LogicalType } from '../compiled.ts';
import { lat, lon } from '../enrich/geo.ts';
import type { DatasetDefinition } from '../language/define.ts';
import type { ReferenceOptions } from '../language/reference.ts';
import { type ColumnRef, type Enrichment, isColumnRef, isEnrichment, type Ref } from '../language/refs.ts';
import { typeOf } from '../types/column-types.ts';
import { checkIdentifier, type Names } from './compile-names.ts';
import { enrichmentsPart } from './members/parts.ts';
import { refuseUnknown } from './members/unknown-members.ts';
import type { Mistakes } from './mistakes.ts';

/** References to the columns, as `enrich` and `rules` receive them. */
export function columnRefs(source: DatasetDefinition): Record<string, ColumnRef> {
  const refs: Record<string, ColumnRef> = {};
  for (const [name, { type, logical }] of Object.entries(source.columns)) {
    refs[name] = { type, logical, column: name };
  }
  return refs;
}

const partBuilders = { lon, lat };

/** What the version hash covers of an enrichment. */
export interface Operation {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly operation: readonly unknown[];
}

export interface OrderedEnrichments {
  readonly compiled: readonly CompiledEnrichment[];
  readonly operations: readonly Operation[];
  /** The reference tables that they join. */
  readonly references: ReadonlySet<ReferenceOptions>;
}

/**
 * The halves of points, then what `enrich` returns, each after its inputs. Enrichments that are used but not returned
 * are named #1, #2, … . Adds all of them to `names`.
 */
export function compileEnrichments(
  source: DatasetDefinition,
  refs: Readonly<Record<string, ColumnRef>>,
  names: Names,
  mistakes: Mistakes,
): OrderedEnrichments {
  const written = callEnrich(source, refs, mistakes);
  const order = new Ordering(names, mistakes);
  for (const ref of Object.values(refs)) {
    for (const part of typeOf(ref.logical).parts ?? []) {
      const name = `${ref.column}_${part}`;
      if (names.has(name) || name in written) continue;
      order.add(name, partBuilders[part](ref as ColumnRef<'point'>), `columns.${ref.column}`);
    }
  }
  for (const [name, enrichment] of Object.entries(written)) order.claim(name, enrichment);
  for (const [name, enrichment] of Object.entries(written)) order.add(name, enrichment, `enrich.${name}`);
  return order;
}

function callEnrich(
  source: DatasetDefinition,
  refs: Readonly<Record<string, ColumnRef>>,
  mistakes: Mistakes,
): Record<string, Enrichment> {
  if (source.enrich === undefined) return {};
  const good: Record<string, Enrichment> = {};
  try {
    const returned = source.enrich(guarded(refs));
    refuseUnknown(returned, enrichmentsPart, 'enrich', mistakes);
    for (const [name, value] of Object.entries(returned)) {
      if (isEnrichment(value)) good[name] = value;
      else
        mistakes.add(
          `enrich.${name}`,
          'it is not an enrichment',
          'Use the result of year(…), compute(…) or another builder',
        );
    }
  } catch (error) {
    mistakes.add('enrich', messageOf(error), 'Check the function enrich');
  }
  return good;
}

export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

/** The references, wrapped to throw for an unknown name, for which JavaScript would return undefined. */
export function guarded(refs: Readonly<Record<string, ColumnRef>>): Readonly<Record<string, ColumnRef>> {
  return new Proxy(refs, {
    get(target, name) {
      if (typeof name === 'string' && !(name in target)) {
        throw new ReferenceError(`there is no column ${name} (columns: ${Object.keys(target).join(', ')})`);
      }
      return Reflect.get(target, name);
    },
  });
}

class Ordering implements OrderedEnrichments {
  readonly compiled: CompiledEnrichment[] = [];
  readonly operations: Operation[] = [];
  readonly references = new Set<ReferenceOptions>();
  private readonly nameOf = new Map<Enrichment, string>();
  private readonly done = new Set<string>();
  private readonly names: Names;
  private readonly mistakes: Mistakes;
  private inner = 0;

  constructor(names: Names, mistakes: Mistakes) {
    this.names = names;
    this.mistakes = mistakes;
  }

  /** Registers the name under which an enrichment is returned, before anything that uses it is added. */
  claim(name: string, enrichment: Enrichment): void {
    if (!this.nameOf.has(enrichment)) this.nameOf.set(enrichment, name);
  }

  add(name: string, enrichment: Enrichment, place: string): void {
    if (this.done.has(name)) return;
    if (!name.startsWith('#')) checkIdentifier(name, place, this.mistakes);
    if (this.names.has(name)) {
      this.mistakes.add(place, `there already is a column ${name}`, 'Give the enrichment another name');
      return;
    }
    this.done.add(name);
    const inputs = enrichment.inputs.map((input) => this.inputName(input, place));
    const given = inputs.map((input) => this.names.get(input));
    if (given.some((named) => named === undefined)) return;
    const logicals = given.map((named) => named!.logical);
    this.names.set(name, {
      logical: enrichment.logical,
      notNull: enrichment.total && given.every((named) => named!.notNull),
    });
    this.operations.push({ name, inputs, operation: enrichment.operation });
    const { logical, joins } = enrichment;
    const run = this.build(enrichment, logicals, place);
    const joined = joins && { reference: joins.reference.name, bind: joins.bind };
    this.compiled.push({ name, logical, inputs, run, ...(joined && { joins: joined }) });
    if (joins) this.references.add(joins.reference as ReferenceOptions);
  }

  /** Name of the vector that an input is read from. Adds an enrichment that has not been added yet. */
  private inputName(input: Ref, place: string): string {
    if (isColumnRef(input)) return input.column;
    if (!isEnrichment(input)) {
      this.mistakes.add(place, 'one of its inputs is not a column', 'Name columns as c.name');
      return '';
    }
    let name = this.nameOf.get(input);
    if (name === undefined) {
      this.inner += 1;
      name = `#${this.inner}`;
      this.nameOf.set(input, name);
    }
    this.add(name, input, name.startsWith('#') ? place : `enrich.${name}`);
    return name;
  }

  private build(
    enrichment: Enrichment,
    inputs: readonly LogicalType[],
    place: string,
  ): CompiledEnrichment['run'] {
    const wrong = enrichment.accepts?.(inputs.map(({ type }) => type)) ?? null;
    if (wrong !== null) this.mistakes.add(place, wrong, 'Give it columns of the types it takes');
    return enrichment.build(inputs);
  }
}
