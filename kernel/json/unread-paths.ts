/** The paths in a record that no field reads. */
import { type JsonFormat, type PathNode, treesOf } from './fields.ts';
import { stepText } from './json-paths.ts';

/** Most paths that are found. */
const pathsMost = 256;

export class UnreadPaths {
  /** In the order in which they were seen. */
  readonly found = new Set<string>();
  private readonly root: PathNode;
  private readonly explode: ReturnType<typeof treesOf>['element'];

  constructor(format: JsonFormat) {
    const { record, element } = treesOf(format);
    this.root = record;
    this.explode = element;
  }

  /** `record`: as JSON.parse returns it. */
  add(record: unknown): void {
    this.walk(record, this.root, '$', this.explode === null);
  }

  /** `counts`: unread values here are those of a row. */
  private walk(value: unknown, node: PathNode, path: string, counts: boolean): void {
    if (typeof value !== 'object' || value === null || node.fields.length > 0) return;
    if (node.explodes && this.explode !== null && Array.isArray(value)) {
      for (const element of value) this.walk(element, this.explode, '$', true);
      return;
    }
    for (const [key, one] of Object.entries(value)) {
      const index = Array.isArray(value);
      const child = index
        ? node.items.find((item) => String(item.index) === key)?.node
        : node.keys.find((known) => known.key === key);
      const below = `${path}${stepText(index ? Number(key) : `.${key}`)}`;
      if (child !== undefined) this.walk(one, child, below, counts);
      else if (counts && this.found.size < pathsMost) this.found.add(below);
    }
  }
}
