/** What the command exits with. */
export const EXIT = {
  complete: 0,
  /** Something failed, or is left. */
  failed: 1,
  /** The command line or the configuration cannot be used; nothing was done. */
  usage: 2,
  /** SIGINT, SIGTERM or SIGHUP ended it: 128 + 2, as shells report SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
