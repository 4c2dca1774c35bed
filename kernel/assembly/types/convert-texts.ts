/** Text columns: as codes into a dictionary, or as offsets and bytes. */
import { Column, Work, fail, failed, reserveText, setNull } from '../column';
import { Dictionary, find, insert } from '../dictionary';
import { Reader } from '../read/read';
import { Slice, fieldEnd, fieldStart, firstWord, isWrapped, unwrap } from '../read/slice';
import { isUtf8, textFault } from '../utf8';
import { meansNull } from './field-text';

/** Texts are checked for UTF-8 when they enter the dictionary. Texts of faulty rows do not stay in it. */
export function convertDictionary(column: Column, from: i32, to: i32): void {
  const trim = Work.trim;
  const stride = Reader.stride;
  const values = column.values;
  const nullLengths = column.nullLengths;
  const dictionary = changetype<Dictionary>(column.dictionary);
  const errors = Work.errorCount > 0;
  for (let r = from, word = firstWord(column.field); r < to; r++, word += stride) {
    let start = fieldStart(word);
    let end = fieldEnd(word);
    if (isWrapped(end, trim)) { start = unwrap(start, end); end = Slice.end; }
    if (meansNull(column, nullLengths, start, end)) { setNull(column, r); continue; }
    let code = find(dictionary, start, <u32>(end - start));
    if (code < 0) {
      if (!isUtf8(start, end)) {
        fail(r, textFault(start, end));
        continue;
      }
      if (errors && failed(r)) continue;
      code = insert(dictionary, start, <u32>(end - start));
    }
    store<i32>(values + (<usize>r << 2), code);
  }
}

export function convertUtf8(column: Column, from: i32, to: i32): void {
  const trim = Work.trim;
  const stride = Reader.stride;
  const nullLengths = column.nullLengths;
  store<u32>(column.values + (<usize>from << 2), column.textUsed);
  for (let r = from, word = firstWord(column.field); r < to; r++, word += stride) {
    let start = fieldStart(word);
    let end = fieldEnd(word);
    if (isWrapped(end, trim)) { start = unwrap(start, end); end = Slice.end; }
    const length = <u32>(end - start);
    if (meansNull(column, nullLengths, start, end)) { setNull(column, r); continue; }
    if (!isUtf8(start, end)) {
      fail(r, textFault(start, end));
      store<u32>(column.values + (<usize>r << 2), column.textUsed, 4);
      continue;
    }
    reserveText(column, length);
    const out = column.second + <usize>column.textUsed;
    if (length <= 16) v128.store(out, v128.load(start));
    else memory.copy(out, start, <usize>length);
    column.textUsed += length;
    store<u32>(column.values + (<usize>r << 2), column.textUsed, 4);
  }
}
