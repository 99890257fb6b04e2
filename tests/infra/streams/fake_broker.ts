/**
 * The part of a connection to NATS that a hub of feeds uses, in memory.
 *
 * @module
 */
import type { HubConnection } from "../../../infra/streams/feed_hub.ts";

type Callback = Parameters<HubConnection["subscribe"]>[1]["callback"];

/** Publishes to the subscriptions that were made with it. */
export class FakeBroker implements HubConnection {
  /** Every subject that was subscribed to, in order. */
  readonly subscribed: string[] = [];
  readonly #callbacks = new Map<string, Callback>();
  readonly #encoder = new TextEncoder();

  /** Subjects with a subscription. */
  get open(): string[] {
    return [...this.#callbacks.keys()];
  }

  subscribe(subject: string, { callback }: { callback: Callback }): { unsubscribe(): void } {
    this.subscribed.push(subject);
    this.#callbacks.set(subject, callback);
    return { unsubscribe: () => void this.#callbacks.delete(subject) };
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Sends a message as JSON. */
  publish(subject: string, value: unknown): void {
    this.publishText(subject, JSON.stringify(value));
  }

  /** Sends a message. */
  publishText(subject: string, text: string): void {
    this.#callbacks.get(subject)?.(null, { subject, data: this.#encoder.encode(text) });
  }

  /** Says what the broker says to a subscription that its user may not have. */
  refuse(subject: string): void {
    const data = new Uint8Array();
    this.#callbacks.get(subject)?.(new Error("PERMISSIONS_VIOLATION"), { subject, data });
  }
}
