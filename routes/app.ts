/**
 * The gateway as a Hono app: every endpoint at its path, one handler each.
 *
 * @module
 */
import { Hono } from "hono";
import { limitsEndpoint } from "./account/account_limits.ts";
import { reportsEndpoint } from "./account/account_reports.ts";
import { accountEndpoint } from "./account/account_terms.ts";
import { balancesEndpoint } from "./account/balances.ts";
import { feesEndpoint } from "./account/fees.ts";
import { fillsEndpoint } from "./account/fills.ts";
import { keyEndpoints } from "./account/keys_self_service.ts";
import { ledgerEndpoints } from "./account/ledger.ts";
import { streamCredentialsEndpoints } from "./account/stream_credentials.ts";
import { transfersEndpoint } from "./account/transfers.ts";
import { adminAccountEndpoints } from "./admin/admin_accounts.ts";
import { adminControlEndpoints } from "./admin/admin_controls.ts";
import { adminInstrumentsEndpoint } from "./admin/admin_instruments.ts";
import { adminTermsEndpoint } from "./admin/admin_terms.ts";
import { adminStateEndpoint } from "./admin/admin_state.ts";
import { binanceEndpoints } from "./binance/binance_endpoints.ts";
import { binanceStreamEndpoints } from "./binance/streams/stream_endpoints.ts";
import { systemStatusEndpoint } from "./binance/system_status.ts";
import { websocketApiEndpoint } from "./binance/websocket_api/api_endpoint.ts";
import { CountedAdmission } from "./counted_admission.ts";
import { documentEndpoints } from "./documents.ts";
import { endpoint, EndpointParts, type EndpointSpec } from "./endpoint.ts";
import { ExactFirstRouter } from "./exact_first_router.ts";
import type { AppDeps } from "./gateway.ts";
import { healthEndpoints } from "./health.ts";
import { candlesEndpoint } from "./market/candles.ts";
import { depthEndpoint } from "./market/depth.ts";
import { instrumentsEndpoint } from "./market/instruments.ts";
import { statusEndpoint } from "./market/status.ts";
import { tickerEndpoint } from "./market/ticker.ts";
import { timeEndpoint } from "./market/time.ts";
import { tradesEndpoint } from "./market/trades.ts";
import { metricsEndpoint } from "./metrics.ts";
import { amendEndpoints } from "./orders/order_amends.ts";
import { batchEndpoints } from "./orders/order_batch.ts";
import { cancelEndpoints } from "./orders/order_cancels.ts";
import { framesEndpoint } from "./orders/order_frames.ts";
import { orderReadEndpoints } from "./orders/order_reads.ts";
import { replaceEndpoints } from "./orders/order_replaces.ts";
import { orderTrialEndpoint } from "./orders/order_trial.ts";
import { ordersEndpoint } from "./orders/orders.ts";
import { EdgeCode } from "./problems/edge_code.ts";
import { Problem } from "./problems/problem.ts";
import { RequestMetrics } from "./request_metrics.ts";
import { streamEndpoints } from "./streams/stream_endpoints.ts";
import { StreamTable } from "./streams/stream_table.ts";
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
    adminTermsEndpoint,
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
