import type { BaseIssue } from 'valibot';

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Date: 'a date',
  Object: 'an object',
  Array: 'a list',
};

/** What a schema expected, where it does not say so in words of its own. Not what it found: that may be a secret. */
export function expectation({ kind, type, expected, requirement, input }: BaseIssue<unknown>): string {
  if (kind === 'schema') return input === undefined ? 'it is missing' : `expected ${choice(expected ?? '')}`;
  switch (type) {
    case 'safe_integer':
      return 'expected a whole number';
    case 'finite':
      return 'expected a finite number';
    case 'min_value':
      return `expected ${String(requirement)} or more`;
    case 'max_value':
      return `expected ${String(requirement)} or less`;
    case 'gt_value':
      return `expected more than ${String(requirement)}`;
    case 'non_empty':
      return 'expected a text that is not empty';
    case 'max_length':
      return `expected at most ${String(requirement)} characters`;
    default:
      return 'expected something else';
  }
}

/** `("a" | "b")`, as Valibot has it, is `"a" or "b"`. */
function choice(expected: string): string {
  const words = (expected.match(/"[^"]*"|[\w.-]+/g) ?? []).flatMap((one) =>
    (WORDS[one] ?? one).split(' or '),
  );
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ');
}
