/** Where the tables of a star are drawn: the fact table on the left, its dimensions below each other on the right. */
import type { StarDetail } from '../../../platform/progress/dataset-detail.ts';

export interface Box {
  readonly title: string;
  /** Lines below the title. */
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface StarLayout {
  readonly width: number;
  readonly height: number;
  readonly fact: Box;
  /** Each with the key that joins it, and the two ends of its line. */
  readonly dimensions: readonly (Box & { readonly key: string; readonly line: Line })[];
}

interface Line {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

const width = 366;
const boxWidth = 160;
const titleHeight = 24;
const lineHeight = 15;
const between = 10;
/** Lines of a table that are drawn; the others are counted. */
const linesMost = 10;
const dimensionLinesMost = 3;

export function layStar({ fact, values, dimensions }: StarDetail): StarLayout {
  const keys = dimensions.map(({ key }) => key);
  const factLines = [...keys, ...shortened(values, Math.max(1, linesMost - keys.length))];
  const factBox = { title: fact, lines: factLines, x: 0, y: 0, width: boxWidth, height: heightOf(factLines) };
  let y = 0;
  const boxes = dimensions.map((dimension) => {
    const lines =
      dimension.kind === 'lookup' ? shortened(dimension.columns, dimensionLinesMost) : [dimension.kind];
    const box = {
      title: dimension.table,
      lines,
      x: width - boxWidth,
      y,
      width: boxWidth,
      height: heightOf(lines),
    };
    y += box.height + between;
    return { ...box, key: dimension.key };
  });
  const right = Math.max(0, y - between);
  const height = Math.max(right, factBox.height);
  const down = (height - right) / 2;
  return {
    width,
    height,
    fact: { ...factBox, y: (height - factBox.height) / 2 },
    dimensions: boxes.map((box, i) => ({
      ...box,
      y: box.y + down,
      line: {
        fromX: boxWidth,
        fromY: (height - factBox.height) / 2 + titleHeight + lineHeight * (i + 0.5),
        toX: width - boxWidth,
        toY: box.y + down + titleHeight / 2,
      },
    })),
  };
}

function heightOf(lines: readonly string[]): number {
  return titleHeight + lines.length * lineHeight + (lines.length > 0 ? 5 : 0);
}

function shortened(names: readonly string[], most: number): string[] {
  if (names.length <= most) return [...names];
  return [...names.slice(0, most - 1), `and ${names.length - most + 1} more`];
}

/** A name that fits into a box. */
export function fitted(name: string, characters = 19): string {
  return name.length <= characters ? name : `${name.slice(0, characters - 1)}…`;
}
