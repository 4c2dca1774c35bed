/** The first bytes of what a compressed file contains, kept for those who read them again. */

/** Some bytes of the content, and the file within the compressed one that they are of. */
export interface ContentPart {
  readonly bytes: Uint8Array;
  readonly entry: string;
}

/**
 * A file whose content has at most `bytesMost` bytes is unpacked once, however often it is read. Of a larger one, so many
 * are unpacked once, and each reader that goes on unpacks the file for itself.
 */
export class KeptContent {
  private first: Promise<{ parts: readonly ContentPart[]; bytes: number; whole: boolean }> | undefined;
  private readonly bytesMost: number;

  constructor(bytesMost: number) {
    this.bytesMost = bytesMost;
  }

  /** `unpack`: unpacks the file from its start. Throws what that throws. */
  async *read(unpack: () => AsyncGenerator<ContentPart>): AsyncGenerator<ContentPart> {
    this.first ??= firstParts(unpack(), this.bytesMost);
    const { parts, bytes: kept, whole } = await this.first;
    yield* parts;
    if (whole) return;
    let passed = 0;
    for await (const { bytes, entry } of unpack()) {
      const known = Math.max(0, Math.min(bytes.length, kept - passed));
      passed += bytes.length;
      if (known < bytes.length) yield { bytes: bytes.subarray(known), entry };
    }
  }
}

async function firstParts(content: AsyncGenerator<ContentPart>, bytesMost: number) {
  const parts: ContentPart[] = [];
  let size = 0;
  // The file is left when enough is known: some formats are unpacked one file at a time.
  for await (const { bytes, entry } of content) {
    if (size + bytes.length > bytesMost) return { parts, bytes: size, whole: false };
    parts.push({ bytes, entry });
    size += bytes.length;
  }
  return { parts, bytes: size, whole: true };
}
