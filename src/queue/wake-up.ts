/** What the queue carries: which outbox rows are to be looked at. It remembers nothing that the outbox does not know. */
export interface WakeUp {
  readonly ids: readonly number[];
}

export interface WakeUpQueue {
  add(jobId: string, wakeUp: WakeUp): Promise<void>;
  addMany(jobs: readonly { readonly jobId: string; readonly wakeUp: WakeUp }[]): Promise<void>;
  close(): Promise<void>;
}

export interface WakeUpWorker {
  /** Takes no new job; resolves when those under way have ended. */
  stop(): Promise<void>;
  /** Leaves jobs where they are. */
  abandon(): Promise<void>;
}
