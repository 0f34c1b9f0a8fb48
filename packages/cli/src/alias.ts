import { Option } from 'commander';

/** What other tools call options of ours, by the name of ours. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  from: ['files-from'],
  maxKeysPerSecond: ['max-rate'],
  maxBytesPerSecond: ['bwlimit'],
  followLinks: ['copy-links', 'follow-symlinks'],
  queue: ['redis'],
};

/** Another name of an option, which the help does not show a second time. */
class Alias extends Option {
  readonly #meant: Option;

  constructor(flags: string, meant: Option) {
    super(flags);
    this.#meant = meant;
    if (meant.parseArg) this.parseArg = meant.parseArg;
    this.hideHelp();
  }

  override attributeName(): string {
    return this.#meant.attributeName();
  }
}

/** The option, and its other names where it has some. */
export function withAlias(option: Option): readonly Option[] {
  const names = OTHER_NAMES[option.attributeName()];
  if (names === undefined) return [option];
  const value = / <.*>$/.exec(option.flags)?.[0] ?? '';
  option.description += `; also ${names.map((name) => `--${name}`).join(', ')}`;
  return [option, ...names.map((name) => new Alias(`--${name}${value}`, option))];
}
