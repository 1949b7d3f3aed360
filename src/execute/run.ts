import type { Target } from '../domain/alert.ts';
import type { Reason } from '../domain/reason.ts';
import type { Clock, Time } from '../domain/time.ts';
import type { Remediation } from '../remediation/define.ts';
import type { Settings, ToolScope, Tools } from '../remediation/tools.ts';
import type { Journal } from './journal.ts';

export interface RunParts {
  readonly runId: string;
  readonly remediation: Remediation;
  readonly params: unknown;
  readonly target: Target;
  readonly openTools: (scope: ToolScope) => Tools;
  readonly settings: Settings;
  /** A person approved this run; false where nobody was asked. */
  readonly approved?: boolean;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Aborts when the service must stop now, or when the run was lost to another replica. */
  readonly signal: AbortSignal;
  /** Asked between steps: true stops before the next one, so that a stopping service leaves no step half done. */
  readonly stopping?: () => boolean;
  /** A rehearsal: looks until the first changing step, and only tells the rest. */
  readonly dry: boolean;
}

export type StepsEnd =
  | { readonly kind: 'applied' }
  | { readonly kind: 'noop' | 'handed-over'; readonly step: string; readonly why: string }
  | { readonly kind: 'wait'; readonly step: string; readonly why: string; readonly until: Time }
  | { readonly kind: 'failed'; readonly step: string; readonly why: string; readonly undone: readonly string[] }
  | { readonly kind: 'undo-failed'; readonly step: string; readonly why: string }
  | { readonly kind: 'unknown'; readonly step: string }
  | { readonly kind: 'stopped'; readonly step: string; readonly reason: Reason; readonly why: string }
  /** Not finished: the service stops or lost the run. The journal says where whoever comes next goes on. */
  | { readonly kind: 'interrupted' };
