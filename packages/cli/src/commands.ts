import type { Command } from 'commander';
import type { Run } from './context.js';

type Add = (program: Command, run: Run) => void;

/** The subcommands, in the order of the help. The code of each is loaded when it is needed. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  ls: async () => (await import('./commands/ls.js')).addLs,
  stat: async () => (await import('./commands/stat.js')).addStat,
  put: async () => (await import('./commands/put.js')).addPut,
  cat: async () => (await import('./commands/cat.js')).addCat,
  get: async () => (await import('./commands/get.js')).addGet,
  cp: async () => (await import('./commands/cp.js')).addCp,
  mv: async () => (await import('./commands/mv.js')).addMv,
  sync: async () => (await import('./commands/sync.js')).addSync,
  rm: async () => (await import('./commands/rm.js')).addRm,
  apply: async () => (await import('./commands/apply.js')).addApply,
  undo: async () => (await import('./commands/undo.js')).addUndo,
  trash: async () => (await import('./commands/trash.js')).addTrash,
  resume: async () => (await import('./commands/resume.js')).addResume,
  runs: async () => (await import('./commands/runs.js')).addRuns,
  report: async () => (await import('./commands/report.js')).addReport,
  du: async () => (await import('./commands/du.js')).addDu,
  presign: async () => (await import('./commands/presign.js')).addPresign,
  tags: async () => (await import('./commands/tags.js')).addTags,
  restore: async () => (await import('./commands/restore.js')).addRestore,
  config: async () => (await import('./commands/config.js')).addConfig,
  doctor: async () => (await import('./commands/doctor.js')).addDoctor,
  serve: async () => (await import('./commands/serve.js')).addServe,
  expire: async () => (await import('./commands/expire.js')).addExpire,
  job: async () => (await import('./commands/job.js')).addJob,
  plan: async () => (await import('./commands/plan.js')).addPlan,
  fleet: async () => (await import('./commands/fleet.js')).addFleet,
  completion: async () => (await import('./commands/completion.js')).addCompletion,
  __complete: async () => {
    const { addComplete } = await import('./commands/complete.js');
    return (program, run) => addComplete(program, run, COMMAND_NAMES);
  },
};

/** Those that are for people. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS).filter((name) => !name.startsWith('_'));

const VERSION = ['-V', '--version'];

/** Adds those that the arguments name; for the help, and for what is no subcommand, all of them. */
export async function addCommands(program: Command, args: readonly string[], run: Run): Promise<void> {
  const names = Object.keys(COMMANDS);
  // The value of an option can have the same name: then one is loaded for nothing.
  const named = names.filter((name) => args.includes(name));
  if (named.length === 0 && args.some((arg) => VERSION.includes(arg))) return;
  for (const [name, load] of Object.entries(COMMANDS)) {
    if (named.length === 0 || named.includes(name)) (await load())(program, run);
  }
}
