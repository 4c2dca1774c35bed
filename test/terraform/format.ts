/**
 * The rules of `terraform fmt` that can be told line by line: two spaces for each open bracket, one `=` below the other
 * in lines that follow each other, no blanks at the end. Heredocs are not known: the module has none.
 */

/** A line whose only content is `name = value`, with what stands before the `=`. */
const assignment = /^( *)("[^"]*"|[\w.-]+)( +)= \S/;

/** A line without texts and comments, so that brackets are those of the syntax. */
function bare(line: string): string {
  const texts = /"(?:\\.|\$\{(?:[^{}"]|"[^"]*")*\}|[^"\\])*"/g;
  return line.replace(texts, '""').replace(/(?:#|\/\/).*$/, '');
}

/** Brackets that a line opens, and those that it closes before it opens any. */
function brackets(line: string): { readonly opens: number; readonly closesFirst: number } {
  let depth = 0;
  let lowest = 0;
  for (const char of bare(line)) {
    if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) depth -= 1;
    lowest = Math.min(lowest, depth);
  }
  return { opens: depth - lowest, closesFirst: -lowest };
}

/** An assignment in a run of them: the columns behind its name, and of its `=`. */
interface Assigned {
  readonly line: number;
  readonly nameEnds: number;
  readonly equals: number;
}

/** Lines of a run whose `=` is not one blank behind the longest name. */
function misaligned(run: readonly Assigned[]): string[] {
  const column = Math.max(...run.map(({ nameEnds }) => nameEnds)) + 1;
  return run.filter(({ equals }) => equals !== column).map(({ line }) => `${line}: = is not aligned`);
}

/** What `terraform fmt` would change, as `line: reason`. */
export function unformatted(text: string): string[] {
  const lines = text.split('\n');
  const found = lines.pop() === '' ? [] : ['the end: no line break'];
  /** The line on which each open bracket is. Brackets that one line opens together indent once. */
  const open: number[] = [];
  let run: Assigned[] = [];
  const endRun = () => {
    found.push(...misaligned(run));
    run = [];
  };
  for (const [i, line] of lines.entries()) {
    const { opens, closesFirst } = brackets(line);
    open.length -= closesFirst;
    const indent = 2 * new Set(open).size;
    open.push(...Array.from({ length: opens }, () => i));
    if (/\s$/.test(line)) found.push(`${i + 1}: blanks at the end`);
    if (line !== '' && line.search(/\S/) !== indent) found.push(`${i + 1}: not indented by ${indent}`);
    const [whole, before, name, blanks] = assignment.exec(line) ?? [];
    const follows = whole !== undefined && opens === 0;
    if (!follows) endRun();
    if (whole === undefined) continue;
    const nameEnds = before.length + name.length;
    run.push({ line: i + 1, nameEnds, equals: nameEnds + blanks.length });
    if (!follows) endRun();
  }
  endRun();
  return found;
}
