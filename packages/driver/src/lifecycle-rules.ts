/** What this library asks a provider to expire under a prefix. */
export interface ExpirationRule {
  readonly id: string;
  readonly prefix: string;
  /** Only objects with this tag. */
  readonly tag?: { readonly name: string; readonly value: string } | undefined;
  /** Current objects, so many days after they were written. */
  readonly days?: number | undefined;
  /** Versions, so many days after they ceased to be current. */
  readonly noncurrentDays?: number | undefined;
  /** Incomplete multipart uploads, so many days after they were begun. */
  readonly uploadsDays?: number | undefined;
  /** Delete markers of keys without any version. */
  readonly expiredMarkers?: boolean | undefined;
}

/** A rule of a bucket, as far as others have to know it. */
export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  /** What its keys begin with; empty for a rule about the whole bucket, or about tags and sizes. */
  readonly prefix: string;
  /** It deletes current objects. */
  readonly expires: boolean;
  /** The rule as the provider gave it, to be given back unchanged. Plain data. */
  readonly raw: unknown;
}

/** All rules of a bucket. */
export interface Lifecycle {
  readonly rules: readonly LifecycleRule[];
  /** What belongs to the configuration as a whole, to be given back unchanged. */
  readonly extra?: unknown;
}

/** What a lifecycle document of S3's has beside its rules. */
export interface LifecycleDocumentRest {
  /** Of its root element, with a space in front: the namespaces that the rules may use. */
  readonly attributes: string;
  /** Elements in front of the first rule, and behind it. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
  /** The header `x-amz-transition-default-minimum-object-size`. */
  readonly transitionDefaultMinimumObjectSize?: string | undefined;
}

/** What replaces the rules of a bucket: rules as they were, and rules of this library. */
export interface LifecycleUpdate {
  readonly kept: readonly LifecycleRule[];
  readonly added: readonly ExpirationRule[];
  readonly extra?: unknown;
}
