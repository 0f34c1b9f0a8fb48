/** What is not known of CTYUN ZOS's JSON API, or differs between its documents; each is a switch. */
export interface ZosQuirks {
  /** Which clocks `Eop-date` may show. Default `beijing`, as documented; some clients send UTC. */
  readonly date?: 'beijing' | 'utc' | 'both' | undefined;
  /** HTTP status of the gateway's refusals. Default 403. */
  readonly gatewayStatus?: number | undefined;
  /** HTTP status of failures (`statusCode` 900). Default 200. */
  readonly businessStatus?: number | undefined;
  /** `"statusCode": "800"`. */
  readonly statusCodeAsText?: boolean | undefined;
  /** Failures of the storage have no `errorCode`, only a message. */
  readonly noErrorCode?: boolean | undefined;
  /** Batch deletes are paid by who asks for them, and say so (`requestCharged`). */
  readonly requestCharged?: boolean | undefined;
  /** What becomes of `deleted` in a quiet answer. Default `absent`. */
  readonly quietDeleted?: 'absent' | 'empty' | 'named' | undefined;
  /** Version lists leave out a key that is the prefix, as documented. Default true. */
  readonly omitsPrefixVersions?: boolean | undefined;
  /** Keys in lists are percent-encoded. Default false. */
  readonly encodedKeys?: boolean | undefined;
  /** Lists without entries are left out of answers. Default true. */
  readonly omitsEmptyLists?: boolean | undefined;
  /** `nextMarker` comes without a delimiter too. Default true. */
  readonly nextMarker?: boolean | undefined;
  /** The listing of uploads begins at the marker, not behind it. */
  readonly inclusiveUploadMarker?: boolean | undefined;
  /** Entries of a page of versions. Default 1000. */
  readonly versionsPage?: number | undefined;
}
