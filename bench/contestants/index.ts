import type { Prepare } from './contestant.js';

export interface Contestant {
  /** As the tables call it. */
  readonly label: string;
  readonly load: () => Promise<Prepare>;
}

/** Requests in flight of a narrow worker: so few that four of them leave room on the two cores of a small machine. */
export const NARROW = 2;

/** Everybody by the name that `--only` takes. Code is loaded by the process that needs it. */
export const CONTESTANTS = {
  ours: {
    label: '**Store**, `deletePrefix`',
    load: async () => (await import('./ours.js')).deleting((await import('./ours.js')).openS3),
  },
  journaled: {
    label: '**Store**, with a journal',
    load: async () => (await import('./journaled.js')).journaled(),
  },
  audited: {
    label: '**Store**, with a journal that keeps everything',
    load: async () => (await import('./journaled.js')).journaled({ audit: true }),
  },
  against: {
    label: 'Store, another checkout',
    load: async () => (await import('./against.js')).prepare,
  },
  plain: {
    label: 'AWS SDK, plain loop',
    load: async () => (await import('./aws-sdk.js')).plain,
  },
  tuned: {
    label: 'AWS SDK, tuned loop',
    load: async () => (await import('./aws-sdk.js')).tuned,
  },
  minio: {
    label: '`minio`, `removeObjects`',
    load: async () => (await import('./minio.js')).deleting,
  },
  opendal: {
    label: '`opendal` 0.49.1, `removeAll`',
    load: async () => (await import('./opendal.js')).prepare,
  },
  flydrive: {
    label: '`flydrive`, `deleteAll`',
    load: async () => (await import('./flydrive.js')).prepare,
  },
  rclone: {
    label: '`rclone delete`',
    load: async () => (await import('./commands.js')).rclone,
  },
  s3cmd: {
    label: '`s3cmd del`',
    load: async () => (await import('./commands.js')).s3cmd,
  },
  s4cmd: {
    label: '`s4cmd del`',
    load: async () => (await import('./commands.js')).s4cmd,
  },
  aws: {
    label: '`aws s3 rm`',
    load: async () => (await import('./commands.js')).aws,
  },
  floor: {
    label: 'bare `node:http`',
    load: async () => (await import('./bare-http.js')).prepare,
  },
  'list-ours': {
    label: '**Store**, `list`',
    load: async () => (await import('./ours.js')).listing(),
  },
  'list-unordered': {
    label: '**Store**, `list`, 32 ranges in any order',
    load: async () => (await import('./ours.js')).listing({ ordered: false, concurrency: 32 }),
  },
  'list-sdk': {
    label: 'AWS SDK, paginator',
    load: async () => (await import('./aws-sdk.js')).listing,
  },
  'list-minio': {
    label: '`minio`, `listObjectsV2`',
    load: async () => (await import('./minio.js')).listing,
  },
  'side-by-side': {
    label: '**Store**, all prefixes at once on one store',
    load: async () => (await import('./ours.js')).sideBySide,
  },
  'fleet-1': {
    label: '**Store**, a fleet of one worker',
    load: async () => (await import('./fleet.js')).fleetOf(1),
  },
  'fleet-4': {
    label: '**Store**, a fleet of four workers',
    load: async () => (await import('./fleet.js')).fleetOf(4),
  },
  'fleet-1-narrow': {
    label: '**Store**, a fleet of one narrow worker',
    load: async () => (await import('./fleet.js')).fleetOf(1, NARROW),
  },
  'fleet-4-narrow': {
    label: '**Store**, a fleet of four narrow workers',
    load: async () => (await import('./fleet.js')).fleetOf(4, NARROW),
  },
  oss: {
    label: '**Store** on OSS, `deletePrefix`',
    load: async () => (await import('./ours.js')).deleting((await import('./ours.js')).openOss),
  },
  'ali-oss': {
    label: '`ali-oss`, plain loop',
    load: async () => (await import('./ali-oss.js')).prepare,
  },
  zos: {
    label: '**Store** on CTYUN ZOS, `deletePrefix`',
    load: async () => (await import('./ours.js')).deleting((await import('./ours.js')).openZos),
  },
  fs: {
    label: '**Store** in files, `deletePrefix`',
    load: async () => (await import('./files.js')).ours,
  },
  rm: {
    label: '`rm -rf`',
    load: async () => (await import('./files.js')).rmCommand,
  },
  'node-rm': {
    label: '`rm` of `node:fs`',
    load: async () => (await import('./files.js')).rmOfNode,
  },
  cp: {
    label: '**Store**, `store cp -r`',
    load: async () => (await import('./commands.js')).storeTransfer(['cp', '-r']),
  },
  sync: {
    label: '**Store**, `store sync`',
    load: async () => (await import('./commands.js')).storeTransfer(['sync']),
  },
  'cp-against': {
    label: '`store cp -r`, another checkout',
    load: async () =>
      (await import('./commands.js')).storeTransfer(
        ['cp', '-r'],
        (await import('./against.js')).otherCheckout,
      ),
  },
  'rclone-copy': {
    label: '`rclone copy`',
    load: async () => (await import('./commands.js')).rcloneTransfer('copy'),
  },
  'rclone-sync': {
    label: '`rclone sync`',
    load: async () => (await import('./commands.js')).rcloneTransfer('sync'),
  },
} as const satisfies Readonly<Record<string, Contestant>>;

export type ContestantName = keyof typeof CONTESTANTS;

export function isContestant(name: string): name is ContestantName {
  return Object.hasOwn(CONTESTANTS, name);
}
