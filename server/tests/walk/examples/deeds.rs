//! What a form of each pattern sends when whoever may do it does it.

use domain::Role;
use serde_json::{Value, json};

use super::{Fields, FormBody, field};
use crate::{
    tenant::{PASSWORD, Tenant, membership},
    town::Town,
};

/// A form that does what it is there for.
pub struct FormExample {
    pub body: FormBody,
    /// Those of a client who may; operators and visitors otherwise.
    pub roles: &'static [Role],
    /// What comes of it is no change: it was meant to be refused, as the reason says.
    pub refused: Option<&'static str>,
}

const WORK: &[Role] = &[Role::Owner, Role::Member];
const BILL: &[Role] = &[Role::Owner, Role::Billing];
const MANAGE: &[Role] = &[Role::Owner];
const ANYONE: &[Role] = &[Role::Owner, Role::Member, Role::Billing];

fn fields(pairs: &[(&str, &str)]) -> FormBody {
    FormBody::Form(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// What a form of a pattern sends when whoever may do it does it; none where it takes no form.
pub fn deed(town: &Town, pattern: &str) -> Option<FormExample> {
    let tail = |base: &str| pattern.strip_prefix(base).map(str::to_owned);
    let found = tail("/portal/requests/{number}/")
        .or_else(|| tail("/desk/clients/{client}/requests/{number}/"))
        .and_then(|rest| request(town, pattern, &rest))
        .or_else(|| {
            ["/portal/people", "/desk/clients/{client}/people", "/desk/people"]
                .iter()
                .find_map(|base| tail(base))
                .and_then(|rest| people(&rest, pattern.starts_with("/desk/people")))
        });
    let found = found.or_else(|| sessions(&town.quill, pattern));
    found.or_else(|| portal(town, pattern)).or_else(|| desk(town, pattern)).or_else(|| {
        let (body, refused) = public(town, pattern)?;
        Some(FormExample { body, roles: ANYONE, refused })
    })
}

fn does(roles: &'static [Role], body: FormBody) -> Option<FormExample> {
    Some(FormExample { body, roles, refused: None })
}

fn refused(sent: &[(&str, &str)], why: &'static str) -> Option<FormExample> {
    Some(FormExample { body: fields(sent), roles: ANYONE, refused: Some(why) })
}

fn request(town: &Town, pattern: &str, rest: &str) -> Option<FormExample> {
    let other = if pattern.starts_with("/desk") { &town.quill.desk } else { &town.quill.portal }.later[1];
    let file = || FormBody::Files(Vec::new(), "note.txt".into(), b"A note.".to_vec());
    match rest {
        "comments" | "steer" | "notes" => does(WORK, fields(&[("text", "A word.")])),
        // Who wrote it alone: the owner here, the operator there.
        "entries/{entry}/deletion" => does(MANAGE, fields(&[])),
        "stop" | "retry" | "withdrawal" => does(WORK, fields(&[])),
        "approval/{approval}" => does(WORK, fields(&[("answer", "yes")])),
        "review" => does(WORK, fields(&[("verdict", "change"), ("reason", "Shorter.")])),
        "seen" => does(WORK, fields(&[])),
        "files" => does(WORK, file()),
        "edit" => does(WORK, fields(&[("title", "Other"), ("brief", "Otherwise."), ("do", "save")])),
        "place" if pattern.starts_with("/desk") => {
            let before = other.id.to_string();
            does(WORK, fields(&[("column", "up_next"), ("before", &before), ("back", "/desk/board")]))
        }
        "place" => {
            does(WORK, fields(&[("column", "backlog"), ("before", &other.number.to_string()), ("step", "")]))
        }
        _ => None,
    }
}

fn people(rest: &str, desk: bool) -> Option<FormExample> {
    let role = if desk { "operator" } else { "billing" };
    match rest {
        "/invitations" => does(MANAGE, fields(&[("email", "new-guest@elsewhere.test"), ("role", role)])),
        "/invitations/{id}/mail" | "/invitations/{id}/revocation" | "/{id}/removal" => {
            does(MANAGE, fields(&[]))
        }
        "/{id}/role" => does(MANAGE, fields(&[("role", role)])),
        _ => None,
    }
}

/// What programs send to a request's session.
fn sessions(quill: &Tenant, pattern: &str) -> Option<FormExample> {
    let session = quill.portal.review.0.session.to_string();
    let said = [("session", session.as_str()), ("message", "one"), ("text", "A word.")];
    let json = |pairs, make: fn(&Fields) -> Value| match fields(pairs) {
        FormBody::Form(fields) => does(WORK, FormBody::Json(fields, make)),
        _ => None,
    };
    match pattern {
        "/v1/chat" => json(&said, |fields| {
            let parts = json!([{ "type": "text", "text": field(fields, "text") }]);
            let message = json!({ "id": field(fields, "message"), "role": "user", "parts": parts });
            json!({ "id": field(fields, "session"), "messages": [message], "trigger": "submit-message" })
        }),
        "/v1/ag-ui/{session}" => json(&said[1..], |fields| {
            let message =
                json!({ "id": field(fields, "message"), "role": "user", "content": field(fields, "text") });
            json!({ "threadId": "t", "runId": "r", "messages": [message] })
        }),
        "/v1/chat/{session}/stop" => json(&[], |_| json!({})),
        _ => None,
    }
}

fn portal(town: &Town, pattern: &str) -> Option<FormExample> {
    let (file, offer) = (town.quill.file.to_string(), town.offer.to_string());
    match pattern {
        "/portal/requests" => {
            let asked = [("title", "More"), ("brief", "Please."), ("priority", "normal"), ("file", &file)];
            let FormBody::Form(asked) = fields(&asked) else { return None };
            does(WORK, FormBody::Files(asked, "more.txt".into(), b"More.".to_vec()))
        }
        "/portal/files" => does(WORK, FormBody::Files(Vec::new(), "new.txt".into(), b"New.".to_vec())),
        "/portal/markdown" => does(ANYONE, fields(&[("brief", "*Hello*")])),
        "/portal/data" => does(MANAGE, fields(&[])),
        "/portal/billing/{number}/payment" => does(BILL, fields(&[])),
        "/portal/billing/card" => {
            Some(FormExample { body: fields(&[]), roles: BILL, refused: Some("no account is connected") })
        }
        // Nothing is kept, and that is what is wanted.
        "/portal/billing/card/removal" => does(BILL, fields(&[])),
        "/portal/billing/subscription" => does(BILL, fields(&[("state", "ending")])),
        "/portal/billing/change" => does(BILL, fields(&[("offer", &offer), ("when", "next")])),
        "/portal/billing/offer" => does(BILL, fields(&[("offer", &offer)])),
        "/portal/billing/details" => does(
            BILL,
            fields(&[
                ("bill_address", "2 Quay Street"),
                ("bill_country", "US"),
                ("bill_email", "bills@quill.test"),
            ]),
        ),
        _ => None,
    }
}

fn desk(town: &Town, pattern: &str) -> Option<FormExample> {
    let (client, offer) = (town.quill.client.id.to_string(), town.offer.to_string());
    let sold = [
        ("name", "Another"),
        ("summary", "For more."),
        ("vertical", ""),
        ("points", "One\nTwo"),
        ("price", "100"),
        ("interval", "month"),
        ("active_limit", "20"),
        ("cycle_hours", "48"),
        ("revisions", "2"),
        ("starts", "at_once"),
        ("field-0-key", ""),
        ("field-0-label", "What do you do?"),
        ("field-0-hint", "In a word"),
        ("field-0-kind", "choice"),
        ("field-0-options", "This\nThat"),
    ];
    let billed = [
        ("client", client.as_str()),
        ("line-0-what", "Extra work"),
        ("line-0-amount", "120.50"),
        ("note", "Thank you."),
    ];
    let body = match pattern {
        "/desk/clients" => fields(&[("name", "Newcomer"), ("offer", &offer), ("email", "new@newcomer.test")]),
        "/desk/clients/{client}/details" => fields(&[
            ("name", "Renamed & Sons"),
            ("bill_address", "2 Quay Street"),
            ("bill_country", "US"),
            ("room", "5"),
        ]),
        "/desk/clients/{client}/requests/new" => {
            fields(&[("title", "By hand"), ("brief", "Please."), ("priority", "high"), ("form_key", "one")])
        }
        "/desk/clients/{client}/offer" => fields(&[("offer", &offer)]),
        "/desk/clients/{client}/change" => fields(&[("offer", &offer), ("when", "next")]),
        "/desk/billing/subscriptions/{subscription}/discount" => {
            fields(&[("code", "winter-5"), ("back", "/desk/billing")])
        }
        "/desk/billing/subscriptions/{subscription}/price" => {
            fields(&[("price", "450"), ("back", "/desk/billing")])
        }
        "/desk/codes" => fields(&[
            ("code", "SPRING-10"),
            ("kind", "percent"),
            ("value", "10"),
            ("periods", "1"),
            ("ends_on", "2030-01-31"),
            ("most_uses", "50"),
        ]),
        "/desk/codes/end" => fields(&[("code", &town.code.to_string())]),
        "/desk/clients/{client}/balance" => {
            fields(&[("change", "add"), ("amount", "20"), ("note", "Thank you for waiting")])
        }
        "/desk/billing/credits/{credit}/state" => fields(&[("state", "settled")]),
        "/desk/clients/{client}/data" => fields(&[]),
        "/desk/clients/{client}/archive" => fields(&[("archived", "yes")]),
        "/desk/clients/{client}/erasure" => fields(&[("name", "partingway & Partners")]),
        "/desk/clients/{client}/erasure/cancellation" => fields(&[]),
        "/desk/agents" | "/desk/agents/{agent}" => {
            fields(&[("name", "Juno"), ("persona", "Calm."), ("client", &client)])
        }
        "/desk/agents/{agent}/rest" => fields(&[("ready", "no")]),
        "/desk/offers" | "/desk/offers/{offer}" => fields(&sold),
        "/desk/offers/{offer}/state" => fields(&[("state", "archived")]),
        "/desk/offers/{offer}/place" => fields(&[("towards", "down")]),
        "/desk/offers/{offer}/copies" => fields(&[]),
        "/desk/billing/subscriptions/{subscription}/state" => {
            fields(&[("state", "kept"), ("back", "/desk/billing")])
        }
        "/desk/billing/invoices" | "/desk/billing/invoices/{invoice}/draft" => fields(&billed),
        "/desk/billing/invoices/{invoice}/payments" => {
            fields(&[("amount", "1"), ("received_at", "2026-01-05"), ("reference", "Walk")])
        }
        "/desk/billing/invoices/{invoice}/links" | "/desk/billing/invoices/{invoice}/links/revocation" => {
            fields(&[])
        }
        "/desk/billing/payments/{payment}/refunds" => {
            return refused(
                &[("amount", "1"), ("currency", "USD"), ("back", "/desk/billing")],
                "that payment never was",
            );
        }
        "/desk/billing/invoices/{invoice}/state" => fields(&[("state", "paid"), ("back", "list")]),
        "/desk/proposals/{proposal}" => fields(&[("decision", "decline")]),
        "/desk/tokens" => fields(&[("name", "Desk"), ("agent", ""), ("client", &client), ("read", "on")]),
        "/desk/tokens/{token_id}/revocation" => fields(&[]),
        "/desk/webhooks" | "/desk/webhooks/{webhook}" => {
            fields(&[("url", "https://hooks.test/one"), ("events", "request.created")])
        }
        "/desk/webhooks/{webhook}/deliveries" => fields(&[("event", &town.webhook.1.to_string())]),
        "/desk/webhooks/{webhook}/secret" | "/desk/webhooks/{webhook}/removal" => fields(&[]),
        "/desk/settings" => fields(&SETTINGS),
        "/desk/settings/tax" => fields(&[("mode", "without"), ("sold", "standard"), ("do", "save")]),
        "/desk/settings/tax/rates" => {
            fields(&[("country", "FR"), ("name", "VAT"), ("percent", "20"), ("kind", "standard")])
        }
        "/desk/settings/tax/rates/{rate}" => {
            fields(&[("country", "DE"), ("name", "VAT"), ("percent", "7"), ("kind", "reduced")])
        }
        "/desk/clients/{client}/tax-check" => {
            return refused(&[("checked", "yes")], "the client gave no tax number");
        }
        "/desk/costs/limits" => fields(&[("subject", &client), ("limit", "50"), ("month", "2026-11")]),
        "/desk/costs/rate" => fields(&[("rate", "0.92")]),
        "/desk/costs/prices" => {
            fields(&[("model", "large"), ("input", "3"), ("cached", "0.30"), ("output", "15")])
        }
        // The one that was set just before.
        "/desk/costs/prices/removal" => fields(&[("model", "large")]),
        // Nobody answers where the walk has its provider.
        "/desk/payments" => return refused(&[("key", "rk_test_walk")], "no provider answers"),
        "/desk/payments/check" | "/desk/payments/removal" => return refused(&[], "no account is connected"),
        "/desk/payments/secret" => {
            return refused(&[("signing_secret", "whsec_walk")], "no account is connected");
        }
        "/desk/payments/plan" => fields(&[
            ("retry_days", "3, 5"),
            ("remind_days", "3, 10"),
            ("hold_days", "14"),
            ("end_days", "30"),
            ("late_fee", ""),
            ("fee_level", "2"),
            ("excess_by_card", "refund"),
            ("excess_by_bank", "balance"),
        ]),
        "/desk/payments/bank" => fields(&[("holder", "Ours & Co"), ("iban", "DE89 3704 0044 0532 0130 00")]),
        _ => return None,
    };
    does(ANYONE, body)
}

const SETTINGS: [(&str, &str); 14] = [
    ("name", "Renamed"),
    ("tagline", "Work, done."),
    ("promise", "Ask, watch, approve."),
    ("zone", "Europe/Berlin"),
    ("currency", "USD"),
    ("monday", "on"),
    ("monday-from", "09:00"),
    ("monday-to", "17:00"),
    ("holidays", "2026-12-25"),
    ("line_light", ""),
    ("line_dark", ""),
    ("terms", "Be kind."),
    ("bill_address", "1 Quay Street"),
    ("bill_country", "US"),
];

fn public(town: &Town, pattern: &str) -> Option<(FormBody, Option<&'static str>)> {
    let (offer, place) = (town.offer.to_string(), membership(&town.quill.client.owner).to_string());
    let secret = ("password", "a new and long one");
    Some(match pattern {
        "/signup" => (
            fields(&[
                ("offer", &offer),
                ("company", "Newcomers"),
                ("name", "New Comer"),
                ("email", "owner@newcomers.test"),
                ("bill_address", "3 Quay Street"),
                ("bill_country", "US"),
                secret,
                ("terms", "yes"),
                ("form_key", &"k".repeat(43)),
            ]),
            None,
        ),
        "/sign-in" => (
            fields(&[("email", "owner@quillhaven.test"), secret, ("next", "/portal")]),
            Some("a wrong password"),
        ),
        "/sign-out" => (fields(&[]), None),
        "/reset" => (fields(&[("email", "nobody@nowhere.test")]), None),
        "/reset/{token}" | "/confirm/{token}" => (fields(&[secret]), Some("a link that never was")),
        "/invitations/{token}" => {
            (fields(&[("name", "New Comer"), secret]), Some("an invitation that never was"))
        }
        "/pay/{token}" => (fields(&[("way", "bank"), ("rest", "1")]), Some("a payment link that never was")),
        "/pay/{token}/questions" => {
            (fields(&[("question", "What is this?")]), Some("a payment link that never was"))
        }
        "/setup" => (
            fields(&[
                ("code", "AAAA-AAAA-AAAA"),
                ("business", "Mine"),
                ("zone", "Europe/Berlin"),
                ("currency", "USD"),
                ("name", "Me"),
                ("email", "me@mine.test"),
                secret,
            ]),
            Some("there is a workspace"),
        ),
        "/account/zone" => (fields(&[("zone", "Asia/Tokyo")]), None),
        "/account/name" => (fields(&[("name", "Re Named")]), None),
        "/account/password" => (fields(&[("old", PASSWORD), secret]), None),
        "/account/sign-ins" => (fields(&[("sign_in", "others")]), None),
        "/account/confirmation" => (fields(&[]), Some("the address is confirmed")),
        "/account/workspaces" => (fields(&[("place", &place), ("next", "/portal")]), None),
        _ => return None,
    })
}
