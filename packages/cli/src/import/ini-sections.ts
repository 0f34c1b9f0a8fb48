import { StoreError } from '@store/core';
import { parse } from 'ini';

export interface IniSection {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
  /** What would be read in another way than it is written: with a comment sign in it, quoted, a list. */
  readonly unclear: readonly string[];
}

/** The sections of a file, in its order. What stands before the first is not looked at. */
export function iniSections(text: string): readonly IniSection[] {
  const written = new Set(
    text.split(/\r?\n/).map((line) => {
      const [name = '', ...rest] = line.split('=');
      return `${name.trim()}=${rest.join('=').trim()}`;
    }),
  );
  const sections: IniSection[] = [];
  const add = (name: string, parsed: Readonly<Record<string, unknown>>): void => {
    const values = new Map<string, string>();
    const unclear: string[] = [];
    for (const [key, value] of Object.entries(parsed)) {
      // The library takes a dot in the name of a section for a section within.
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        add(name === '' ? key : `${name}.${key}`, { ...value });
      } else if (written.has(`${key}=${String(value)}`)) values.set(key, String(value));
      else unclear.push(key);
    }
    if (name !== '' && (values.size > 0 || unclear.length > 0)) sections.push({ name, values, unclear });
  };
  add('', parse(text));
  return sections;
}

/** @throws StoreError `InvalidArgument` for what is no such file */
export function refuseEncrypted(text: string): void {
  if (/^RCLONE_ENCRYPT_V/m.test(text)) {
    throw new StoreError(
      'InvalidArgument',
      'the file is encrypted; give what "rclone config show" prints, with --from',
    );
  }
}
