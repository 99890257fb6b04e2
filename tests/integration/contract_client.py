"""A client of edgebook that knows nothing of it but its OpenAPI document.

python3 contract_client.py URL KEY SECRET

Standard library only. Prints one JSON object: what each call came to.
"""

import hashlib
import hmac
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL, KEY, SECRET = sys.argv[1:4]
DOCUMENT = json.load(urllib.request.urlopen(URL + "/openapi.json"))
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def resolve(part):
    """What a part of the document is, or refers to."""
    while "$ref" in part:
        found = DOCUMENT
        for token in part["$ref"].split("/")[1:]:
            found = found[token]
        part = {**found, **{name: value for name, value in part.items() if name != "$ref"}}
    return part


def problems(schema, value, at="$"):
    """What is wrong with a value, by the part of JSON Schema that the document uses."""
    merged = resolve(schema)
    if "anyOf" in merged:
        if all(list(problems(one, value, at)) for one in merged["anyOf"]):
            yield f"{at}: none of the alternatives"
        return
    kinds = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}
    kind = merged.get("type")
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{at}: no integer"
    elif kind in kinds and not isinstance(value, kinds[kind]):
        yield f"{at}: no {kind}"
        return
    if "const" in merged and value != merged["const"]:
        yield f"{at}: not {merged['const']}"
    if "enum" in merged and value not in merged["enum"]:
        yield f"{at}: not one of {merged['enum']}"
    if "pattern" in merged and not re.search(merged["pattern"], value):
        yield f"{at}: not {merged['pattern']}"
    if isinstance(value, dict):
        for name in merged.get("required", []):
            if name not in value:
                yield f"{at}: lacks {name}"
        for name, one in merged.get("properties", {}).items():
            if name in value:
                yield from problems(one, value[name], f"{at}.{name}")
    if isinstance(value, list) and isinstance(merged.get("items"), dict):
        for index, one in enumerate(value):
            yield from problems(merged["items"], one, f"{at}[{index}]")


def signed(operation, method, target, body):
    """The headers that the operation's security wants, by the names that its schemes have."""
    schemes = DOCUMENT["components"]["securitySchemes"]
    wanted = {name: schemes[name]["name"] for name in operation["security"][0]}
    window = next(
        resolve(one)["example"]
        for one in operation["parameters"]
        if resolve(one)["name"].endswith("Recv-Window")
    )
    now = str(int(time.time() * 1000))
    text = "\n".join([now, window, method, target, body])
    signature = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    values = {"Key": KEY, "Timestamp": now, "Signature": signature}
    return {header: values[name.removeprefix("Edgebook")] for name, header in wanted.items()}


def call(operation_id, body=None, **parameters):
    """Calls an operation, and holds the answer against its schema."""
    method, path, operation = OPERATIONS[operation_id]
    query = {}
    for one in map(resolve, operation["parameters"]):
        if one["name"] not in parameters:
            continue
        value = parameters[one["name"]]
        wrong = list(problems(one["schema"], value, one["name"]))
        assert not wrong, wrong
        if one["in"] == "path":
            path = path.replace("{%s}" % one["name"], urllib.parse.quote(value, safe=""))
        elif one["in"] == "query":
            query[one["name"]] = value
    target = path + ("?" + urllib.parse.urlencode(query) if query else "")
    text = "" if body is None else json.dumps(body)
    headers = signed(operation, method, target, text) if "security" in operation else {}
    if body is not None:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        wrong = list(problems(schema, body))
        assert not wrong, wrong
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(
        URL + target, method=method, headers=headers, data=text.encode() if text else None
    )
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refusal:
        response = refusal
    answer = json.load(response)
    content = operation["responses"][str(response.status)]["content"]
    kind = response.headers["Content-Type"].split(";")[0]
    wrong = list(problems(content[kind]["schema"], answer))
    assert not wrong, (operation_id, response.status, wrong)
    return response.status, answer


example = OPERATIONS["placeOrder"][2]["requestBody"]["content"]["application/json"]["example"]
order = {**example, "clientOrderId": "from-python"}
outcomes = {}
for step, made in [
    ("place", lambda: call("placeOrder", order)),
    ("repeat", lambda: call("placeOrder", order)),
    ("conflict", lambda: call("placeOrder", {**order, "price": "39999.00"})),
    ("offTick", lambda: call("placeOrder", {**order, "price": "39999.001"})),
    ("read", lambda: call("getOrderByClientId", clientOrderId="from-python")),
    ("amend", lambda: call("amendOrderByClientId", {"quantity": "0.1000"}, clientOrderId="from-python")),
    ("depth", lambda: call("getDepth", symbol="BTC-USD", levels="5")),
    ("cancel", lambda: call("cancelOrderByClientId", clientOrderId="from-python")),
    ("gone", lambda: call("cancelOrderByClientId", clientOrderId="never-placed")),
]:
    status, answer = made()
    outcomes[step] = [status, answer.get("code", answer.get("status"))]
print(json.dumps(outcomes))
