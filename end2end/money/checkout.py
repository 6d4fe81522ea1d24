"""A stand-in for Stripe Checkout, for tests. It is NOT Stripe and says so on its page.

No replica of Stripe has Checkout. This one keeps Checkout sessions by the shapes of Stripe's own client library, shows a page to
pay on that takes a test card, makes the charge in the replica behind it (Stripe World) and passes every other call on to that.
It also plays what a replica does not know: an account's name, a key that is revoked or lacks a right, a bank that wants to see
the person, and webhooks that are pushed.

    checkout.py http://127.0.0.1:PORT        prints its own address; ends when its standard input does

    POST /worlds/W/_test/hook url=… secret=…    from then on events of that world are pushed there, signed
    keys: sk_test_… and rk_test_… open everything; …_revoked is refused; …_without_refunds lacks that right
"""
import hashlib
import hmac
import html
import json
import re
import secrets
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BEHIND = sys.argv[1]
VERSION = "2026-10-28.endive"
LOCK = threading.RLock()
# By id; by world and idempotency key; by world.
SESSIONS, KEYS, EVENTS, HOOKS = {}, {}, {}, {}
CHALLENGE_CARD = "4242424242424242"

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>TEST STAND-IN (not Stripe)</title>
<style>body{font:18px/1.5 system-ui;max-width:26rem;margin:2rem auto;padding:0 1rem}input,button,a{font:inherit;min-height:44px;
box-sizing:border-box}input{width:100%%}button{width:100%%;margin-top:1rem}</style>
<h1>Test stand-in, not Stripe</h1>%s</html>"""


def call(world, method, path, form=None, key="sk_test_stand_in"):
    """The replica's answer: its status and its object."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(BEHIND + world + path, data=data, method=method, headers={"Authorization": "Bearer " + key})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def error(code, message, kind="invalid_request_error"):
    return {"error": {"type": kind, "code": code, "message": message}}


def note(world, kind, session):
    event = {"id": "evt_" + secrets.token_hex(12), "object": "event", "type": kind, "created": int(time.time()),
             "api_version": VERSION, "livemode": False, "pending_webhooks": 1, "data": {"object": dict(session)}}
    with LOCK:
        EVENTS.setdefault(world, []).insert(0, event)


def under(form, prefix):
    """`{"attempt": "1"}` of `prefix[attempt]=1`."""
    return {name[len(prefix) + 1:-1]: value for name, value in form.items() if name.startswith(prefix + "[") and name.endswith("]")}


def open_session(world, form, address):
    if form.get("mode") not in ("payment", "setup") or "success_url" not in form:
        return 400, error("parameter_missing", "The stand-in knows mode=payment and mode=setup, with success_url.")
    status, customer = call(world, "GET", "/v1/customers/" + urllib.parse.quote(form.get("customer", "none")))
    if status != 200:
        return status, customer
    prices = [(name, int(value)) for name, value in form.items() if name.endswith("[price_data][unit_amount]")]
    if any(price < 0 for _, price in prices) or (form["mode"] == "payment" and not prices):
        return 400, error("parameter_invalid_integer", "A line costs nothing or more.")
    now = int(time.time())
    expires = int(form.get("expires_at") or now + 86_400)
    if not now + 1_790 <= expires <= now + 86_410:
        return 400, error("parameter_invalid", "expires_at is 30 minutes to 24 hours from now.")
    total = sum(price * int(form.get(name.replace("[price_data][unit_amount]", "[quantity]"), 1)) for name, price in prices)
    id_ = "cs_test_" + secrets.token_hex(16)
    session = {
        "id": id_, "object": "checkout.session", "mode": form["mode"], "status": "open",
        "payment_status": "unpaid" if form["mode"] == "payment" else "no_payment_required",
        "url": "%s%s/c/pay/%s" % (address, world, id_), "amount_subtotal": total or None, "amount_total": total or None,
        "currency": form.get("currency") or next((v for n, v in form.items() if n.endswith("[currency]")), None),
        "customer": form["customer"], "customer_email": None, "client_reference_id": form.get("client_reference_id"),
        "metadata": under(form, "metadata"), "payment_intent": None, "setup_intent": None, "subscription": None, "invoice": None,
        "success_url": form["success_url"], "cancel_url": form.get("cancel_url"), "created": now, "expires_at": expires,
        "livemode": False, "payment_method_types": ["card"], "ui_mode": "hosted_page",
    }
    lines = [form.get(name.replace("[unit_amount]", "[product_data][name]"), "") for name, _ in prices]
    SESSIONS[id_] = {"world": world, "form": form, "session": session, "lines": list(zip(lines, [p for _, p in prices]))}
    return 200, session


def close(kept):
    session = kept["session"]
    if session["status"] != "open":
        return 400, error("checkout_session_not_open", "Only an open session can be expired.")
    session.update(status="expired", url=None)
    note(kept["world"], "checkout.session.expired", session)
    return 200, session


def shown(kept, query):
    """A session, its intents whole where they were asked for."""
    session, world = dict(kept["session"]), kept["world"]
    asked = [value for name, value in query if name.startswith("expand")]
    for name, path in (("payment_intent", "/v1/payment_intents/"), ("setup_intent", "/v1/setup_intents/")):
        if name in asked and session[name]:
            session[name] = call(world, "GET", path + session[name])[1]
    return 200, session


def method_of(world, card):
    return call(world, "POST", "/v1/payment_methods", {
        "type": "card", "card[number]": card, "card[exp_month]": "12", "card[exp_year]": "2034", "card[cvc]": "123"})[1]


def pay(kept, card):
    """Takes the card. The words of a bank that refused; `person` where it wants to see them; nothing where it is done."""
    form, session, world = kept["form"], kept["session"], kept["world"]
    method = method_of(world, re.sub(r"\D", "", card) or "0")
    if "id" not in method:
        return "Your card number is invalid."
    if session["mode"] == "setup":
        notes = {"metadata[%s]" % name: value for name, value in under(form, "setup_intent_data[metadata]").items()}
        status, intent = call(world, "POST", "/v1/setup_intents", {
            "customer": session["customer"], "usage": "off_session", "payment_method": method["id"], "confirm": "true", **notes})
        kind = "setup_intent"
    else:
        notes = {"metadata[%s]" % name: value for name, value in under(form, "payment_intent_data[metadata]").items()}
        details = {"amount": session["amount_total"], "currency": session["currency"], "customer": session["customer"],
                   "payment_method": method["id"], "confirm": "true", **notes}
        if "payment_intent_data[description]" in form:
            details["description"] = form["payment_intent_data[description]"]
        if kept.get("intent"):
            # A session has one intent: another card is another try of the same.
            status, intent = call(world, "POST", "/v1/payment_intents/%s/confirm" % kept["intent"], {"payment_method": method["id"]})
        else:
            status, intent = call(world, "POST", "/v1/payment_intents", details)
        kind = "payment_intent"
    kept["intent"] = intent.get("id") or intent.get("error", {}).get("payment_intent", {}).get("id") if kind == "payment_intent" else None
    if intent.get("status") == "requires_action":
        kept["kind"] = kind
        kept["challenge"] = intent["id"]
        return "person"
    if intent.get("status") != "succeeded":
        return intent.get("error", {}).get("message") or "Your card was declined."
    finish(kept, kind, intent)
    return None


def approve(kept):
    """The bank has seen the person. No replica finishes that, so the stand-in has another test card say yes."""
    world, kind = kept["world"], kept["kind"]
    path = "/v1/%ss/%s/confirm" % (kind, kept["challenge"])
    status, intent = call(world, "POST", path, {"payment_method": method_of(world, CHALLENGE_CARD)["id"]})
    if intent.get("status") != "succeeded":
        return intent.get("error", {}).get("message") or "Your card was declined."
    finish(kept, kind, intent)
    return None


def finish(kept, kind, intent):
    session, world = kept["session"], kept["world"]
    if kind == "payment_intent" and "payment_intent_data[setup_future_usage]" in kept["form"]:
        call(world, "POST", "/v1/payment_methods/%s/attach" % intent["payment_method"], {"customer": session["customer"]})
    if kind == "payment_intent":
        session["payment_status"] = "paid"
    session.update({"status": "complete", "url": None, kind: intent["id"]})
    note(world, "checkout.session.completed", session)


def page(kept, words=""):
    session = kept["session"]
    said = "<p role=alert><b>%s</b></p>" % html.escape(words) if words else ""
    if kept.get("challenge"):
        return PAGE % ("<p>Your bank asks whether this is you. (3-D Secure, played.)</p>" + said +
                       "<form method=post><button name=bank value=yes>Approve</button><button name=bank value=no>Decline</button></form>")
    lines = "".join("<li>%s: %.2f</li>" % (html.escape(name), price / 100) for name, price in kept["lines"])
    what = "Pay" if session["mode"] == "payment" else "Save card"
    back = '<p><a href="%s">Back</a></p>' % html.escape(session["cancel_url"]) if session["cancel_url"] else ""
    return PAGE % ("<ul>%s</ul>%s<form method=post><label>Card number <input name=card inputmode=numeric autocomplete=off "
                   "value=4242424242424242></label><button>%s</button></form>%s" % (lines, said, what, back))


def events(world, query, key):
    """The replica's events with the stand-in's own among them, newest first."""
    status, found = call(world, "GET", "/v1/events?" + urllib.parse.urlencode(query), key=key)
    asked = dict(query)
    if status != 200 or "starting_after" in asked:
        return status, found
    kinds = [value for name, value in query if name.startswith("types[")]
    since = int(asked.get("created[gte]", 0))
    with LOCK:
        own = [e for e in EVENTS.get(world, []) if e["created"] >= since and (not kinds or e["type"] in kinds)]
    if found.get("has_more"):
        found["data"] = own + found["data"]
    else:
        found["data"] = sorted(own + found["data"], key=lambda event: -event["created"])
    return status, found


def push():
    """Pushes what is new in the worlds that have a hook."""
    while True:
        for world, hook in list(HOOKS.items()):
            try:
                found = events(world, [("limit", "100")], "sk_test_stand_in")[1].get("data", [])
                for event in reversed([event for event in found if event["id"] not in hook["sent"]]):
                    hook["sent"].add(event["id"])
                    deliver(hook, event)
            except OSError:
                pass
        time.sleep(0.2)


def deliver(hook, event):
    body, at = json.dumps(event).encode(), int(time.time())
    signature = hmac.new(hook["secret"].encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": "t=%d,v1=%s" % (at, signature), "Content-Type": "application/json"}
    try:
        urllib.request.urlopen(urllib.request.Request(hook["url"], data=body, headers=headers), timeout=10).close()
    except urllib.error.HTTPError:
        # As Stripe does it, only sooner: what is not taken comes again.
        hook["sent"].discard(event["id"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", headers=()):
        body = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(body))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        form = dict(urllib.parse.parse_qsl(raw.decode(), keep_blank_values=True))
        address = urllib.parse.urlsplit(self.path)
        match = re.fullmatch(r"(/worlds/\w+)(/.*)", address.path)
        if not match:
            return self.answer(404, error("resource_missing", "An address begins with /worlds/NAME."))
        world, path = match.groups()
        query = urllib.parse.parse_qsl(address.query, keep_blank_values=True)
        hosted = re.fullmatch(r"/c/pay/(\w+)", path)
        if hosted:
            return self.hosted(SESSIONS.get(hosted[1]), form)
        if path == "/_test/hook":
            HOOKS[world] = {"url": form["url"], "secret": form["secret"], "sent": set()}
            return self.answer(200, {})
        refused = self.refused(path)
        if refused:
            return self.answer(*refused)
        with LOCK:
            own = self.own(world, path, query, form)
        if own:
            return self.answer(*own)
        return self.pass_on(raw)

    def refused(self, path):
        """What keys with those names are refused, in Stripe's words."""
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not re.match(r"[sr]k_test_", key) or key.endswith("_revoked"):
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided: %s****" % key[:8]}}
        if key.endswith("_without_refunds") and path.startswith("/v1/refunds"):
            message = ("The provided key '%s****' does not have the required permissions for this endpoint on account 'acct_1'. Having "
                       "the 'rak_charge_write' permission would allow this request to continue." % key[:8])
            return 403, {"error": {"type": "invalid_request_error", "message": message}}
        return None

    def own(self, world, path, query, form):
        """The answer to what the stand-in knows itself; nothing for what the replica does."""
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if path == "/v1/account":
            return 200, {"id": "acct_test", "object": "account", "email": "owner@northlight.example",
                         "settings": {"dashboard": {"display_name": "Northlight (test stand-in)"}}}
        if path == "/v1/events":
            return events(world, query, key)
        once = self.headers.get("Idempotency-Key")
        if path == "/v1/checkout/sessions" and self.command == "POST":
            known = KEYS.get((world, once))
            if known and known[0] != form:
                return 400, error(None, "Keys for idempotent requests can only be used with the same parameters.", "idempotency_error")
            if not known:
                host = "http://%s" % self.headers["Host"]
                status, session = open_session(world, form, host)
                known = KEYS[(world, once)] = (form, status, json.dumps(session))
            return known[1], json.loads(known[2])
        match = re.fullmatch(r"/v1/checkout/sessions/(\w+)(/expire)?", path)
        if match:
            kept = SESSIONS.get(match[1])
            if not kept or kept["world"] != world:
                return 404, error("resource_missing", "No such checkout.session")
            if kept["session"]["status"] == "open" and kept["session"]["expires_at"] < time.time():
                close(kept)
            return close(kept) if match[2] else shown(kept, query)
        return None

    def hosted(self, kept, form):
        if not kept:
            return self.answer(404, PAGE % "<p>There is no such page.</p>", "text/html; charset=utf-8")
        session = kept["session"]
        if session["status"] != "open":
            return self.answer(410, PAGE % "<p>This page is closed.</p>", "text/html; charset=utf-8")
        if self.command == "GET":
            return self.answer(200, page(kept), "text/html; charset=utf-8")
        with LOCK:
            if kept.get("challenge"):
                words = approve(kept) if form.get("bank") == "yes" else "Your bank could not tell that this is you."
                kept["challenge"] = None
            else:
                words = pay(kept, form.get("card", ""))
        if words is None:
            return self.answer(303, b"", headers=[("Location", session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))])
        return self.answer(402 if words != "person" else 200, page(kept, "" if words == "person" else words), "text/html; charset=utf-8")

    def pass_on(self, raw):
        kept = ("authorization", "content-type", "idempotency-key", "stripe-version")
        headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
        request = urllib.request.Request(BEHIND + self.path, data=raw or (b"" if self.command == "POST" else None), method=self.command, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                replayed = [(n, v) for n, v in answer.headers.items() if n.lower() == "idempotent-replayed"]
                return self.answer(answer.status, answer.read(), headers=replayed)
        except urllib.error.HTTPError as refused:
            replayed = [(n, v) for n, v in refused.headers.items() if n.lower() == "idempotent-replayed"]
            return self.answer(refused.code, refused.read(), headers=replayed)

    do_GET = do_POST = do_DELETE = handle_any


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=push, daemon=True).start()
threading.Thread(target=server.serve_forever, daemon=True).start()
print("listening on http://127.0.0.1:%d" % server.server_address[1], flush=True)
sys.stdin.read()
