/** All that a file under `remediations/` may import from the engine. */
export { z } from 'zod';
export type { Target } from '../domain/alert.ts';
export { formatDuration, parseDuration } from '../domain/duration.ts';
export type { Json, JsonObject } from '../domain/json.ts';
export { fromIso, type Millis, type Time, toIso } from '../domain/time.ts';
export {
  defineRemediation,
  type PopulationContext,
  type Remediation,
  type Risk,
  type Step,
  type StepContext,
  stepsFor,
  type Verification,
} from './define.ts';
export { path } from './path.ts';
export type {
  HttpAnswer,
  QueueCounts,
  QueueJob,
  Row,
  ServiceInstance,
  Settings,
  Tools,
} from './tools.ts';
