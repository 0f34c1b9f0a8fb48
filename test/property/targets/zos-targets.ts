import { ctyun } from '@store/ctyun';
import type { ZosQuirks } from '@store/emulator';
import { emulatedTarget } from './emulated-target.js';
import type { Target } from './target.js';

function target(name: string, quirks: ZosQuirks): Target {
  return emulatedTarget({
    name,
    adapter: ctyun,
    emulator: { zos: { quirks }, zosS3: {} },
    config: ({ endpoints, credential, regionId }) => ({
      regionId,
      endpoint: endpoints.zos,
      dataPlane: 'auto',
      accessKey: credential.accessKeyId,
      secretKey: credential.secretAccessKey,
      ...(quirks.encodedKeys ? { listEncoding: 'url' } : {}),
    }),
    versioned: true,
    ordersByTime: true,
    // Deletes of single keys say nothing of markers.
    tellsMarkers: false,
    busy: { code: '900', status: 429 },
  });
}

export const zosTargets: readonly Target[] = [
  target('ctyun zos, as documented', { versionsPage: 3 }),
  target('ctyun zos, what is not documented the other way round', {
    encodedKeys: true,
    omitsPrefixVersions: false,
    omitsEmptyLists: false,
    nextMarker: false,
    statusCodeAsText: true,
    versionsPage: 4,
  }),
];
