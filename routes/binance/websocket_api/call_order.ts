/**
 * The order in which the requests of one connection are carried out: what changes something waits for
 * whatever changes something and came before it, and a read waits for nothing.
 *
 * @module
 */

/** Methods that change orders, and those that change who the connection is and what it hears. */
const CHANGES: ReadonlySet<string> = new Set([
  "order.place",
  "order.cancel",
  "order.cancelReplace",
  "order.amend.keepPriority",
  "openOrders.cancelAll",
  "session.logon",
  "session.logout",
  "userDataStream.subscribe",
  "userDataStream.subscribe.signature",
  "userDataStream.unsubscribe",
]);

/** Whether requests of a method are carried out one after the other. */
export function changesSomething(method: string): boolean {
  return CHANGES.has(method);
}

/** The calls of one connection. Whoever bounds the calls bounds what waits here. */
export class CallOrder {
  /** Settles when the last call that changes something is over; never rejects. */
  #last: Promise<unknown> | null = null;

  /** Carries a call out when its turn comes; settles as the call does. */
  run<T>(method: string, carryOut: () => Promise<T>): Promise<T> {
    if (!changesSomething(method)) return carryOut();
    const done = this.#last === null ? carryOut() : this.#last.then(carryOut);
    const over: Promise<unknown> = done.catch(() => {}).then(() => {
      // With nobody behind it the next one need not wait for a turn of the event loop.
      if (this.#last === over) this.#last = null;
    });
    this.#last = over;
    return done;
  }
}
