import assert from "node:assert/strict";
import {
  readApiRequest,
  signedText,
} from "../../../../routes/binance/websocket_api/api_request.ts";

/** Reads what must be a request. */
function read(text: string) {
  const request = readApiRequest(text);
  assert.ok("method" in request, JSON.stringify(request));
  return request;
}

const faultOf = (data: unknown) => {
  const read = readApiRequest(data);
  return "msg" in read ? [read.id, read.msg] : null;
};

Deno.test("a request is an id, a method and parameters as text", () => {
  const { id, method, parameters } = read(
    '{"id":"a","method":"v3/order.place","params":{"quantity":0.5,"isTrue":true,"symbol":"BTCUSD"}}',
  );
  assert.deepEqual([id, method], ['"a"', "order.place"]);
  assert.deepEqual([...parameters], [["quantity", "0.5"], ["isTrue", "true"], [
    "symbol",
    "BTCUSD",
  ]]);
  assert.equal(read('{"method":"ping"}').id, "null");
});

Deno.test("numbers stay as they were written, for so they were signed", () => {
  const { id, parameters } = read(
    '{"id":9007199254740993,"method":"x","params":{"a":1.0,"b":9007199254740993,"c":["B","A"]}}',
  );
  assert.equal(id, "9007199254740993");
  assert.deepEqual([...parameters.values()], ["1.0", "9007199254740993", '["B","A"]']);
});

Deno.test("what is signed is what Binance's documentation says", () => {
  // Its example of a request that is signed, and the payload that it comes to.
  const { parameters } = read(JSON.stringify({
    id: "4885f793-e5ad-4c3b-8f6c-55d891472b71",
    method: "order.place",
    params: {
      symbol: "BTCUSDT",
      side: "SELL",
      type: "LIMIT",
      timeInForce: "GTC",
      quantity: "0.01000000",
      price: "52000.00",
      newOrderRespType: "ACK",
      recvWindow: 100,
      timestamp: 1645423376532,
      apiKey: "an-api-key",
      signature: "------ FILL ME ------",
    },
  }));
  assert.equal(
    signedText(parameters),
    "apiKey=an-api-key&newOrderRespType=ACK&price=52000.00&quantity=0.01000000&recvWindow=100" +
      "&side=SELL&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT",
  );
  const one = read('{"method":"x","params":{"b":"1:2","a":"x"}}').parameters;
  assert.equal(signedText(one, encodeURIComponent), "a=x&b=1%3A2");
});

Deno.test("what cannot be read is told with the id, where there is one", () => {
  const none = ["null", "Invalid JSON Request"];
  for (const data of ["{", "[]", "7", "null", new ArrayBuffer(2)]) {
    assert.deepEqual(faultOf(data), none);
  }
  const bad = (name: string) => `JSON sent for parameter '${name}' is not valid`;
  for (const id of ["1.5", "{}", "true", `"${"x".repeat(37)}"`, "1e3"]) {
    assert.deepEqual(faultOf(`{"id":${id},"method":"ping"}`), ["null", bad("id")]);
  }
  assert.deepEqual(faultOf('{"id":7}'), ["7", bad("method")]);
  assert.deepEqual(faultOf('{"id":7,"method":"ping","params":[1]}'), ["7", bad("params")]);
  assert.deepEqual(faultOf('{"id":7,"method":"ping","params":3}'), ["7", bad("params")]);
  for (const value of ["null", "{}"]) {
    const text = `{"id":"x","method":"ping","params":{"symbol":${value}}}`;
    assert.deepEqual(faultOf(text), ['"x"', "JSON sent for a parameter is not valid"]);
  }
});
