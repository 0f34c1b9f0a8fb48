import { StoreError, type ExpirationRule } from '@store/core';
import type { Quirks } from './quirks.js';

/** A rule of this library, as an element of S3's document. */
export function ruleXml(
  { id, prefix, tag, days, noncurrentDays, uploadsDays, expiredMarkers }: ExpirationRule,
  form: Exclude<Quirks['lifecycle'], false>,
): string {
  if (tag && form === 'prefix') {
    throw new StoreError('Unsupported', 'lifecycle rules of this service know no tags', { provider: 's3' });
  }
  const about = tag
    ? element(
        'And',
        text('Prefix', prefix) + element('Tag', text('Key', tag.name) + text('Value', tag.value)),
      )
    : text('Prefix', prefix);
  return element(
    'Rule',
    [
      text('ID', id),
      // Before filters there was the prefix alone; some services have stayed there.
      form === 'prefix' ? about : element('Filter', about),
      text('Status', 'Enabled'),
      expiredMarkers
        ? element('Expiration', text('ExpiredObjectDeleteMarker', 'true'))
        : within('Expiration', 'Days', days),
      within('NoncurrentVersionExpiration', 'NoncurrentDays', noncurrentDays),
      within('AbortIncompleteMultipartUpload', 'DaysAfterInitiation', uploadsDays),
    ].join(''),
  );
}

function within(outer: string, inner: string, days: number | undefined): string {
  return days ? element(outer, text(inner, String(days))) : '';
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** Line ends and tabs as numbers, or XML takes them for others. */
function text(name: string, value: string): string {
  const escaped = value.replaceAll(/[&<>"\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
  return element(name, escaped);
}
