import type { Alert } from '../domain/alert.ts';
import type { Time } from '../domain/time.ts';
import { ERROR, FAILING, fingerprintOf, firing, resolved } from './alerts.ts';
import type { Probe } from './config.ts';
import type { Look } from './look.ts';
import { begin, type ProbeState, step } from './state.ts';

/**
 * What one leader holds: the state of every probe, the alerts that stand, and what has not been taken yet. It lives as
 * long as the leadership, because a replica that was not looking knows nothing.
 */
export class Standing {
  readonly #states: Map<string, ProbeState>;
  readonly #firing: Map<string, Alert>;
  /** Alerts to be told, the newest word on each. */
  readonly #untold = new Map<string, Alert>();
  #telling: Promise<void> = Promise.resolve();

  /** @param known alerts of probes that the store holds as firing, from whoever looked before. */
  constructor(probes: readonly Probe[], known: readonly Alert[], now: Time) {
    this.#firing = new Map(known.map((alert) => [alert.fingerprint, alert]));
    this.#states = new Map(
      probes.map(({ name }) => [
        name,
        begin({
          failing: this.#firing.has(fingerprintOf(FAILING, name)),
          erring: this.#firing.has(fingerprintOf(ERROR, name)),
        }),
      ]),
    );
    const ours = new Set(probes.flatMap(({ name }) => [fingerprintOf(FAILING, name), fingerprintOf(ERROR, name)]));
    for (const alert of known) {
      // Nobody looks any more, so nobody would ever resolve it.
      if (!ours.has(alert.fingerprint))
        this.#over(alert, now, 'The probe is no longer in the config; this is no recovery.');
    }
  }

  /** Takes one look into account. */
  saw(probe: Probe, look: Look, now: Time): void {
    const before = this.#states.get(probe.name) ?? begin();
    const { state, transitions } = step(before, look, probe);
    this.#states.set(probe.name, state);
    const why = 'why' in look ? look.why : '';
    for (const transition of transitions) {
      const name = transition.endsWith('failing') ? FAILING : ERROR;
      const standing = this.#firing.get(fingerprintOf(name, probe.name));
      if (transition.startsWith('raise')) this.#raise(firing(name, probe, why, now));
      else if (standing !== undefined) this.#over(standing, now, null);
    }
  }

  /** Everything that fires is to be told again, so that one that was lost on its way is found. */
  repeat(): void {
    for (const [fingerprint, alert] of this.#firing) this.#untold.set(fingerprint, alert);
  }

  /**
   * Tells what is untold, one call after another: a firing that overtook its own resolve would stand for ever. What
   * cannot be told stays untold for the next time. @throws what `emit` throws.
   */
  async tell(emit: (alerts: readonly Alert[]) => Promise<void>): Promise<void> {
    const mine = this.#telling.then(() => this.#tellNow(emit));
    this.#telling = mine.catch(() => undefined);
    await mine;
  }

  async #tellNow(emit: (alerts: readonly Alert[]) => Promise<void>): Promise<void> {
    const alerts = [...this.#untold.values()];
    if (alerts.length === 0) return;
    await emit(alerts);
    for (const alert of alerts) {
      // It may have changed while it was being told.
      if (this.#untold.get(alert.fingerprint) === alert) this.#untold.delete(alert.fingerprint);
    }
  }

  #raise(alert: Alert): void {
    this.#firing.set(alert.fingerprint, alert);
    this.#untold.set(alert.fingerprint, alert);
  }

  #over(alert: Alert, now: Time, note: string | null): void {
    this.#firing.delete(alert.fingerprint);
    this.#untold.set(alert.fingerprint, resolved(alert, now, note));
  }
}
