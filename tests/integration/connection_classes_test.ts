import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { OUTSIDE_ACCOUNTS } from "../../infra/nats/accounts.ts";
import { launchCluster } from "../../infra/nats/cluster.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { importNkey } from "../../infra/nats/nkey.ts";
import { formatCredentials, parseCredentials, readClaims, signJwt } from "../../infra/nats/jwt.ts";
import { mintAppUser } from "../../infra/nats/mint.ts";
import { openInstallation } from "../../infra/nats/operator.ts";
import { permissionClaims, userTable } from "../../infra/nats/users.ts";
import { RawClient } from "../infra/nats/raw_client.ts";
import { type TemporaryNats, withNats } from "../infra/nats/temporary_nats.ts";
import { pause } from "../support/venue.ts";

const LIMITS = { public: 5, apps: 3 };
/** Servers that are stormed when they start, and by how many. */
const STARTS = 5;
const AT_ONCE = 30;
const NO_ROOM = /-ERR 'maximum account active connections exceeded'/i;

async function credentialsOf(nats: Pick<TemporaryNats, "server">) {
  const { appSigner, credentials } = nats.server;
  const app = await mintAppUser(appSigner, 7, 60, Date.now());
  return { public: credentials.subscriber, apps: app.creds };
}

/** Opens connections until the server refuses one; what it said then. */
async function fill(port: number, credentials: string, most: number) {
  const open: RawClient[] = [];
  for (let count = 0; count <= most; count++) {
    const { client, said } = await RawClient.attempt(port, credentials);
    if (!said.includes("PONG")) {
      await client.close();
      return { open, refusal: said };
    }
    open.push(client);
  }
  return { open, refusal: "" };
}

for (const name of OUTSIDE_ACCOUNTS) {
  const other = OUTSIDE_ACCOUNTS.find((one) => one !== name) ?? name;
  Deno.test(`one connection of ${name} too many is refused, and nobody else is`, async () => {
    await withNats(async (nats) => {
      const { ports } = nats.server;
      const credentials = await credentialsOf(nats);
      const { open, refusal } = await fill(ports.client, credentials[name], 100);
      assert.equal(open.length, LIMITS[name]);
      assert.match(refusal, NO_ROOM);
      assert.deepEqual(await webSocketRefusal(nats.server.webSocketUrl, credentials[name]), {
        code: 1008,
        reason: "Maximum Account Connections Exceeded",
      });
      // The house and the other class have places of their own.
      for (const user of ["gateway", "matcher", "marketData", "history", "admin"] as const) {
        await (await nats.connectAs(user)).flush();
      }
      const elsewhere = await RawClient.connect(ports.client, credentials[other]);
      assert.match(await elsewhere.exchange(""), /PONG/);
      // A place that is given up is free again.
      await open.pop()?.close();
      await untilTrue(async () => {
        const { client, said } = await RawClient.attempt(ports.client, credentials[name]);
        open.push(client);
        return said.includes("PONG");
      });
      await Promise.all([elsewhere, ...open].map((client) => client.close()));
    }, { connectionLimits: LIMITS });
  });
}

Deno.test("public credentials from before the accounts were parted are refused", async () => {
  await withNats(async ({ server, dataDirectory }) => {
    const { seeds } = JSON.parse(await Deno.readTextFile(`${dataDirectory}/nats/keys.json`));
    const { jwt, seed } = parseCredentials(server.credentials.subscriber);
    const key = String(readClaims(jwt).sub);
    const nats = { ...permissionClaims(userTable([0]).subscriber, key), type: "user", version: 2 };
    const yesterday = Math.floor(Date.now() / 1_000) - 86_400;
    const trading = await importNkey(seeds.trading);
    const old = await signJwt({ sub: key, name: "subscriber", nats }, trading, yesterday);
    const past = formatCredentials(old, seed);
    const { client, said } = await RawClient.attempt(server.ports.client, past);
    await client.close();
    assert.match(said, /-ERR '(User Authentication Revoked|Authorization Violation)'/);
  }, { streams: false });
});

Deno.test("every account is loaded before anybody connects, one after the other", async () => {
  await withNats(async ({ dataDirectory, server }) => {
    const { accounts } = await (await fetch(`${server.monitorUrl}/accountz`)).json();
    const installation = await openInstallation(`${dataDirectory}/nats`, [0], 0);
    const { outsideAccounts, systemAccount, tradingAccount } = installation;
    const expected = [systemAccount, tradingAccount, ...Object.values(outsideAccounts)];
    for (const { publicKey } of expected) assert.ok(accounts.includes(publicKey), publicKey);
  }, { streams: false });
});

Deno.test("whoever connects in the first moment of a server, feeds cross between accounts", async () => {
  for (let start = 0; start < STARTS; start++) {
    await withNats(async (nats) => {
      const { ports } = nats.server;
      const outside = await credentialsOf(nats);
      const classes = [nats.server.credentials.gateway, outside.public, outside.apps];
      const listeners = await Promise.all(Array.from({ length: AT_ONCE }, async (_, index) => {
        const client = await RawClient.connect(ports.client, classes[index % classes.length]);
        await client.exchange("SUB md.BTC-USD.bbo.bin 1\r\n");
        return client;
      }));
      const marketData = await RawClient.connect(ports.client, nats.server.credentials.marketData);
      await marketData.exchange("PUB md.BTC-USD.bbo.bin 4\r\nbest\r\n");
      for (const listener of listeners) assert.match(await listener.exchange(""), /best/);
      await Promise.all([...listeners, marketData].map((client) => client.close()));
    }, { streams: false });
  }
});

Deno.test("who publishes a feed is told whether anybody listens, in whatever account", async () => {
  await withNats(async (nats) => {
    const credentials = await credentialsOf(nats);
    const marketData = await nats.connectAs("marketData");
    const publish = () => marketData.request("md.BTC-USD.book.10.100ms.bin", "book");
    for (const who of [nats.server.credentials.gateway, credentials.public, credentials.apps]) {
      await assert.rejects(publish(), { code: "503" });
      const listener = await nats.connectWith(who);
      for (const subject of ["md.BTC-USD.book.10.100ms.bin", "md.*.book.>", "md.>"]) {
        const subscription = listener.subscribe(subject, { max: 1 });
        const arrived = (async () => {
          for await (const message of subscription) return message.subject;
          return "nothing";
        })();
        await listener.flush();
        marketData.publish("md.BTC-USD.book.10.100ms.bin", "book");
        assert.equal(await arrived, "md.BTC-USD.book.10.100ms.bin", subject);
      }
      await listener.flush();
    }
    await assert.rejects(publish(), { code: "503" });
  });
});

Deno.test("no reply subject of a snapshot request that is taken does harm across accounts", async () => {
  await withNats(async (nats) => {
    const { credentials, ports } = nats.server;
    const outside = await credentialsOf(nats);
    const marketData = await RawClient.connect(ports.client, credentials.marketData);
    await marketData.exchange("SUB md.snapshot.* 1\r\n");
    const replies = [
      ...[">", "*", "_INBOX.>", "_INBOX.*.*.x", "_INBOX.subscriber.>", "journal.0", "$JS.API.INFO"],
      ...["$SYS.>", "md.BTC-USD.trades.json", "md.snapshot.BTC-USD", "user.7.reports"],
    ];
    for (const credentials of Object.values(outside)) {
      const client = await RawClient.connect(ports.client, credentials);
      for (const reply of replies) {
        assert.deepEqual(await client.refusedToPublish(["md.snapshot.BTC-USD"], reply), []);
        const taken = await marketData.exchange("");
        assert.ok(taken.includes(`MSG md.snapshot.BTC-USD 1 ${reply} 0`), `${reply}: ${taken}`);
        // An answer goes to inboxes of outsiders or nowhere; a wildcard is no inbox.
        await marketData.refusedToPublish([reply]);
      }
      await client.close();
    }
    assert.match(await marketData.exchange(""), /^PONG/, "the broker is alive");
    await marketData.close();
  });
});

Deno.test("an app hears of no other account, and the public of none at all", async () => {
  await withNats(async (nats) => {
    const { ports } = nats.server;
    const outside = await credentialsOf(nats);
    const history = await nats.connectAs("history");
    const clients = await Promise.all(
      Object.values(outside).map((one) => RawClient.connect(ports.client, one)),
    );
    const [publicClient, app] = clients;
    const subjects = ["user.>", "user.*.reports", "user.8.reports", "user.7.*", "*.7.reports"];
    assert.deepEqual(await publicClient.refusedToSubscribe(subjects), subjects);
    assert.deepEqual(await app.refusedToSubscribe(subjects), [
      "user.>",
      "user.*.reports",
      "user.8.reports",
      "*.7.reports",
    ]);
    await app.exchange("SUB user.7.> 1\r\n");
    for (const account of [6, 7, 8, 77]) history.publish(`user.${account}.reports`, `${account}`);
    await history.flush();
    assert.equal(await app.exchange(""), "MSG user.7.reports 1 1\r\n7\r\nPONG\r\n");
    await Promise.all(clients.map((client) => client.close()));
  });
});

Deno.test("in a cluster accounts meet and are limited across servers", async () => {
  const dataDirectory = await Deno.makeTempDir({ prefix: "edgebook-classes-" });
  const options = { dataDirectory, size: 3, say: () => {}, connectionLimits: LIMITS };
  const cluster = await launchCluster(options);
  const open: { close(): Promise<void> }[] = [];
  try {
    const connect = async (server: number, credentials: string): Promise<NatsConnection> => {
      const servers = cluster.server(server).webSocketUrl;
      const connection = await connectNats({ servers, credentials, name: "test" });
      open.push(connection);
      return connection;
    };
    const marketData = await connect(0, cluster.credentials.marketData);
    marketData.subscribe("md.snapshot.BTC-USD", {
      callback: (_, message) => void message.respond("book"),
    });
    await marketData.flush();
    const subscriber = await connect(1, cluster.credentials.subscriber);
    await untilTrue(async () => {
      const answer = await subscriber.request("md.snapshot.BTC-USD").catch(() => null);
      return answer?.string() === "book";
    });
    await assert.rejects(subscriber.request("md.snapshot.ETH-USD"), { code: "503" });
    const publish = () => marketData.request("md.BTC-USD.book.10.1s.bin");
    await assert.rejects(publish(), { code: "503" });
    let received = 0;
    subscriber.subscribe("md.>", { callback: () => void received++ });
    await subscriber.flush();
    await untilTrue(async () => {
      marketData.publish("md.BTC-USD.bbo.bin", "best");
      await marketData.flush();
      await subscriber.flush();
      return received > 0;
    });
    for (let count = 1; count < LIMITS.public; count++) {
      await connect(count % 3, cluster.credentials.subscriber);
    }
    // Servers tell each other of connections a moment later.
    await pause(500);
    for (const server of [0, 1, 2]) {
      const { port } = new URL(cluster.server(server).url);
      const { client, said } = await RawClient.attempt(
        Number(port),
        cluster.credentials.subscriber,
      );
      assert.match(said, NO_ROOM, `server ${server}`);
      await client.close();
    }
    await connect(2, cluster.credentials.gateway);
  } finally {
    await Promise.allSettled(open.map((one) => one.close()));
    await cluster.stop();
    await Deno.remove(dataDirectory, { recursive: true });
  }
});

/** Tries until it holds, for at most five seconds. */
async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!await holds()) {
    assert.ok(Date.now() < deadline, "it did not come to hold in 5 s");
    await pause(20);
  }
}

/** Why the server ends a WebSocket that signs in with these credentials. */
async function webSocketRefusal(url: string, credentials: string) {
  const { jwt, seed } = parseCredentials(credentials);
  const key = await importNkey(seed);
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const closed = new Promise<{ code: number; reason: string }>((done) => {
    socket.onclose = ({ code, reason }) => done({ code, reason });
  });
  socket.onmessage = async ({ data }) => {
    const text = new TextDecoder().decode(data);
    if (!text.startsWith("INFO ")) return;
    const { nonce } = JSON.parse(text.slice("INFO ".length));
    const signature = await key.sign(new TextEncoder().encode(nonce));
    const sig = signature.toBase64({ alphabet: "base64url", omitPadding: true });
    const connect = JSON.stringify({ verbose: false, jwt, sig });
    socket.send(new TextEncoder().encode(`CONNECT ${connect}\r\nPING\r\n`));
  };
  return await closed;
}
