/** What tests change. */
export interface FilesDriverSettings {
  /** How many names of a directory a listing holds in memory. */
  readonly windowNames?: number | undefined;
  /** Reach files by open directories, not by their paths. Default: where the system can. */
  readonly pinned?: boolean | undefined;
  /** Make calls of the file system on the spot, not in threads. Default: by what kind of disk it is. */
  readonly onTheSpot?: boolean | undefined;
}
