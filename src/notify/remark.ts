/** What is said in the thread of an incident, in no channel's markup; clean, and of bounded length. */
export interface Remark {
  /** One line, for those who read no more. */
  readonly title: string;
  readonly lines: readonly string[];
}

/** A file for the thread of an incident. */
export interface Attachment {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** How to come by it where it cannot be attached. */
  readonly instead: readonly string[];
}
