/**
 * The gateway as a Hono app: every endpoint at its path, one handler each.
 *
 * @module
 */
import { Hono } from "hono";
import { accountEndpoint } from "./account_terms.ts";
import { limitsEndpoint } from "./account_limits.ts";
import { reportsEndpoint } from "./account_reports.ts";
import { adminAccountEndpoints } from "./admin_accounts.ts";
import { adminControlEndpoints } from "./admin_controls.ts";
import { adminInstrumentsEndpoint } from "./admin_instruments.ts";
import { adminStateEndpoint } from "./admin_state.ts";
import { balancesEndpoint } from "./balances.ts";
import { binanceEndpoints } from "./binance/binance_endpoints.ts";
import { systemStatusEndpoint } from "./binance/system_status.ts";
import { binanceStreamEndpoints } from "./binance/streams/stream_endpoints.ts";
import { websocketApiEndpoint } from "./binance/websocket_api/api_endpoint.ts";
import { candlesEndpoint } from "./candles.ts";
import { CountedAdmission } from "./counted_admission.ts";
import { depthEndpoint } from "./depth.ts";
import { documentEndpoints } from "./documents.ts";
import { EdgeCode } from "./edge_code.ts";
import { ExactFirstRouter } from "./exact_first_router.ts";
import { endpoint, EndpointParts, type EndpointSpec } from "./endpoint.ts";
import { feesEndpoint } from "./fees.ts";
import { fillsEndpoint } from "./fills.ts";
import type { AppDeps } from "./gateway.ts";
import { healthEndpoints } from "./health.ts";
import { instrumentsEndpoint } from "./instruments.ts";
import { keyEndpoints } from "./keys_self_service.ts";
import { ledgerEndpoints } from "./ledger.ts";
import { metricsEndpoint } from "./metrics.ts";
import { amendEndpoints } from "./order_amends.ts";
import { batchEndpoints } from "./order_batch.ts";
import { framesEndpoint } from "./order_frames.ts";
import { cancelEndpoints } from "./order_cancels.ts";
import { replaceEndpoints } from "./order_replaces.ts";
import { orderTrialEndpoint } from "./order_trial.ts";
import { orderReadEndpoints } from "./order_reads.ts";
import { ordersEndpoint } from "./orders.ts";
import { Problem } from "./problem.ts";
import { RequestMetrics } from "./request_metrics.ts";
import { statusEndpoint } from "./status.ts";
import { streamCredentialsEndpoints } from "./stream_credentials.ts";
import { streamEndpoints } from "./streams/stream_endpoints.ts";
import { StreamTable } from "./streams/stream_table.ts";
import { tickerEndpoint } from "./ticker.ts";
import { timeEndpoint } from "./time.ts";
import { tradesEndpoint } from "./trades.ts";
import { transfersEndpoint } from "./transfers.ts";
import { unmatchedEndpoint } from "./unmatched.ts";

/**
 * Makes the app. It has no side effects; whoever serves it passes the information of `Deno.serve`
 * about the connection on: `Deno.serve(app.fetch)`.
 *
 * @param streams the table of its streams, for whoever ends them with the gateway
 */
export function createApp(deps: AppDeps, streams: StreamTable = new StreamTable()): Hono {
  const admission = new CountedAdmission(deps.admission);
  const metrics = new RequestMetrics();
  const parts = new EndpointParts({ ...deps, admission }, metrics);
  const described: readonly EndpointSpec[] = [
    ordersEndpoint,
    ...amendEndpoints,
    ...cancelEndpoints,
    ...batchEndpoints,
    framesEndpoint,
    orderTrialEndpoint,
    ...replaceEndpoints,
    ...orderReadEndpoints,
    fillsEndpoint,
    balancesEndpoint,
    accountEndpoint,
    feesEndpoint,
    limitsEndpoint,
    ...ledgerEndpoints,
    reportsEndpoint,
    ...streamCredentialsEndpoints,
    ...streamEndpoints(streams),
    adminStateEndpoint,
    ...adminControlEndpoints,
    ...adminAccountEndpoints,
    adminInstrumentsEndpoint,
    ...keyEndpoints,
    transfersEndpoint,
    timeEndpoint,
    instrumentsEndpoint,
    depthEndpoint,
    tradesEndpoint,
    tickerEndpoint(),
    candlesEndpoint,
    statusEndpoint(),
    ...healthEndpoints(),
    metricsEndpoint(metrics, admission, streams),
    ...binanceEndpoints,
    systemStatusEndpoint(),
    ...binanceStreamEndpoints(streams),
    websocketApiEndpoint(streams, parts),
  ];
  const specs = [...described, ...documentEndpoints(described, deps.settings.natsServers)];
  const app = new Hono({ router: new ExactFirstRouter() });
  for (const spec of specs) app.on(spec.method, spec.path, endpoint(parts, spec));
  app.notFound(endpoint(parts, unmatchedEndpoint(specs)));
  // An endpoint answers whatever is thrown in it: this is for what is thrown before it.
  app.onError((error) => {
    deps.log("error", `no endpoint answered: ${error.stack ?? error.message}`);
    const { body, status, contentType } = new Problem(EdgeCode.internal).reply("");
    return new Response(body, { status, headers: { "content-type": contentType } });
  });
  return app;
}
