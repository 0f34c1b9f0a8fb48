import { printParseErrorCode, visit } from 'jsonc-parser';
import { StoreError } from '@store/core';

/** The mark that some editors put before UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** No configuration has so many levels; the parser needs stack for each. */
const MAX_DEPTH = 100;

/**
 * The text of a configuration: UTF-8, with or without a byte order mark, which is left in.
 *
 * @throws StoreError `InvalidConfig` that says which encoding it seems to have instead
 */
export function decodeConfig(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes;
  // By the mark, or by the zero beside the ASCII character with which JSON begins.
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (marked || (bytes.length > 1 && (first === 0) !== (second === 0))) {
    throw invalid(path, 'is in UTF-16; save it in UTF-8');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalid(path, 'is not in UTF-8', cause);
  }
}

/**
 * Reads JSON with comments and trailing commas. Unlike `JSON.parse`, it refuses an object with two members of one
 * name, of which the first would be lost: two stores, of which one would be deleted from in place of the other.
 *
 * @param path the file's, for messages
 * @throws StoreError `InvalidConfig` with the line and the column; of two members, with those of both
 */
export function parseConfig(text: string, path: string): unknown {
  const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
  const open: Container[] = [];
  let document: unknown;
  const add = (value: unknown): void => {
    const container = open.at(-1);
    if (container) container.add(value);
    else document = value;
  };
  const begin = (container: Container, line: number, column: number): void => {
    if (open.length === MAX_DEPTH) {
      throw invalid(path, `has more than ${MAX_DEPTH} levels at ${place(line, column)}`);
    }
    open.push(container);
  };
  const end = (): void => add(open.pop()?.value());
  visit(
    json,
    {
      onObjectBegin: (_offset, _length, line, column) => begin(new Members(), line, column),
      onArrayBegin: (_offset, _length, line, column) => begin(new Items(), line, column),
      onObjectEnd: end,
      onArrayEnd: end,
      onLiteralValue: add,
      onObjectProperty: (name, _offset, _length, line, column, where) => {
        const here = place(line, column);
        const before = open.at(-1)?.name(name, here);
        if (before === undefined) return;
        const within = where().length > 0 ? ` in ${where().join('.')}` : '';
        throw invalid(path, `has ${JSON.stringify(name)} twice${within}: at ${before}, and at ${here}`);
      },
      onError: (error, _offset, _length, line, column) => {
        const words = printParseErrorCode(error)
          .replace(/([a-z])([A-Z])/g, '$1 $2')
          .toLowerCase();
        throw invalid(path, `is not JSON at ${place(line, column)}: ${words}`);
      },
    },
    { allowTrailingComma: true, disallowComments: false },
  );
  return document;
}

/** An object or an array that has begun. */
interface Container {
  /** Begins a member; gives the place of an earlier one with its name. */
  name(name: string, place: string): string | undefined;
  add(value: unknown): void;
  value(): unknown;
}

class Members implements Container {
  readonly #places = new Map<string, string>();
  readonly #entries: [string, unknown][] = [];
  #name = '';

  name(name: string, place: string): string | undefined {
    const before = this.#places.get(name);
    this.#places.set(name, place);
    this.#name = name;
    return before;
  }

  add(value: unknown): void {
    this.#entries.push([this.#name, value]);
  }

  /** Made from entries, `__proto__` is a name like any other, which the check of the configuration sees. */
  value(): unknown {
    return Object.fromEntries(this.#entries);
  }
}

class Items implements Container {
  readonly #items: unknown[] = [];

  name(): undefined {
    return undefined;
  }

  add(value: unknown): void {
    this.#items.push(value);
  }

  value(): unknown {
    return this.#items;
  }
}

function place(line: number, column: number): string {
  return `line ${line + 1}, column ${column + 1}`;
}

function invalid(path: string, what: string, cause?: unknown): StoreError {
  return new StoreError('InvalidConfig', `the configuration ${path} ${what}`, { cause });
}
