/**
 * A gateway in a process of its own that can be killed and replaced while its clients go on.
 *
 * @module
 */
import type { Submitted } from "../../infra/orders/commands.ts";
import { GatewayDeadError, type Submit } from "../support/client.ts";
import type { Venue } from "../support/venue.ts";
import type { VenueProcess } from "../support/venue_process.ts";

const GATEWAY = new URL("../support/venue_gateway_main.ts", import.meta.url).pathname;

/** One gateway of a venue, in one process after the other. */
export class ReplaceableGateway {
  #process: VenueProcess | null = null;
  #url = "";

  constructor(readonly venue: Venue) {}

  async start(): Promise<void> {
    this.#process = await this.venue.startProcess(
      "gateway",
      GATEWAY,
      this.venue.environmentOf("gateway"),
    );
    this.#url = `http://127.0.0.1:${(await this.#process.ready()).port}/`;
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  readonly submit: Submit = async (command, waitMillis) => {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        body: JSON.stringify({ command, waitMillis }),
      });
      return await response.json() as Submitted;
    } catch (error) {
      throw new GatewayDeadError("the gateway died with the request", { cause: error });
    }
  };
}
