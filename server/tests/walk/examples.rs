//! What stands in an address and in its form, for every pattern of the router. A pattern that is new here fails the
//! walk with a word on what to add.

use domain::Role;

use super::{
    tenant::{PASSWORD, Tenant, membership},
    town::Town,
};

/// Names and values of a form.
pub type Fields = Vec<(String, String)>;

/// What a form sends.
#[derive(Clone, Debug)]
pub enum Body {
    Form(Fields),
    /// With a file of this name and content.
    Files(Fields, String, Vec<u8>),
}

/// A form that does what it is there for.
pub struct Deed {
    pub body: Body,
    /// Those of a client who may; operators and visitors otherwise.
    pub roles: &'static [Role],
    /// What comes of it is no change: it was meant to be refused, as the reason says.
    pub refused: Option<&'static str>,
}

const WORK: &[Role] = &[Role::Owner, Role::Member];
const BILL: &[Role] = &[Role::Owner, Role::Billing];
const MANAGE: &[Role] = &[Role::Owner];
const ANYONE: &[Role] = &[Role::Owner, Role::Member, Role::Billing];

/// Whoever asks gets the same, or what is theirs alone; why.
pub const PUBLIC: &[(&str, &str)] = &[
    ("/", "the storefront"),
    ("/terms", "what one agrees to"),
    ("/signup", "a stranger becomes a client here"),
    ("/sign-in", "nobody is signed in yet"),
    ("/sign-out", "ends the browser's own sign-in, whoever's it is"),
    (
        "/reset",
        "a password is forgotten by whoever is not signed in; the answer is the same for every address",
    ),
    ("/reset/{token}", "who holds the mail's link is let in by it"),
    ("/confirm/{token}", "who holds the mail's link"),
    ("/invitations/{token}", "who holds the mail's link"),
    ("/setup", "gone once there is a workspace"),
    ("/assets/{*file}", "styles, fonts and scripts, the same for everyone"),
    ("/live", "a socket; `sockets` walks what it follows"),
    ("/dev/outbox", "gone where there is a mail server or others reach the machine"),
];

/// Whoever is signed in sees and changes their own here, and the address names nobody else's.
pub const OWN: &[&str] = &[
    "/account",
    "/account/name",
    "/account/password",
    "/account/sign-ins",
    "/account/confirmation",
    "/account/places",
];

/// Whether the walk may leave it open.
pub fn is_public(pattern: &str) -> bool {
    PUBLIC.iter().any(|(public, _)| *public == pattern)
}

fn fields(pairs: &[(&str, &str)]) -> Body {
    Body::Form(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

impl Body {
    /// The type and the bytes, with the form's token first.
    pub fn encoded(&self, token: &str) -> (String, Vec<u8>) {
        match self {
            Self::Form(fields) => {
                let mut all = vec![("form_token".to_owned(), token.to_owned())];
                all.extend_from_slice(fields);
                let text = serde_urlencoded(&all);
                ("application/x-www-form-urlencoded".to_owned(), text.into_bytes())
            }
            Self::Files(fields, name, content) => {
                let mut bytes = part("form_token", token);
                for (field, value) in fields {
                    bytes.extend(part(field, value));
                }
                let head =
                    format!("--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"");
                bytes.extend(format!("{head}\r\nContent-Type: text/plain\r\n\r\n").into_bytes());
                bytes.extend_from_slice(content);
                bytes.extend(b"\r\n--cut--\r\n");
                ("multipart/form-data; boundary=cut".to_owned(), bytes)
            }
        }
    }

    pub fn fields(&self) -> &Fields {
        match self {
            Self::Form(fields) | Self::Files(fields, ..) => fields,
        }
    }

    /// The same with other fields.
    pub fn with(&self, fields: Fields) -> Self {
        match self {
            Self::Form(_) => Self::Form(fields),
            Self::Files(_, name, content) => Self::Files(fields, name.clone(), content.clone()),
        }
    }
}

fn part(name: &str, value: &str) -> Vec<u8> {
    format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
}

fn serde_urlencoded(fields: &Fields) -> String {
    let mut url = url::form_urlencoded::Serializer::new(String::new());
    url.extend_pairs(fields);
    url.finish()
}

/// The parameters of a pattern, in their order.
pub fn parameters(pattern: &str) -> Vec<String> {
    let names = pattern.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// A pattern's address, with something of the first client's wherever it names anything.
pub fn path(town: &Town, pattern: &str) -> String {
    path_with(town, pattern, |_| None)
}

/// The same, where `other` has another value for a parameter.
pub fn path_with(town: &Town, pattern: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let mut path = pattern.to_owned();
    for name in parameters(pattern) {
        let value = other(&name).or_else(|| value(town, pattern, &name)).unwrap_or_else(|| {
            panic!(
                "`{{{name}}}` of {pattern} has no example: give `value` in server/tests/walk/examples.rs one \
                 that is quillhaven's"
            )
        });
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    path
}

/// An example of one parameter.
fn value(town: &Town, pattern: &str, name: &str) -> Option<String> {
    let quill = &town.quill;
    let work = if pattern.starts_with("/desk") { &quill.desk } else { &quill.portal };
    // The portal's forms change one of two, the desk's the other.
    let turn = usize::from(pattern.starts_with("/desk"));
    let ends = |end: &str| pattern.ends_with(end);
    let value = match name {
        "number" if pattern == "/portal/billing/{number}" => quill.issued.1.to_string(),
        "number" if ends("/steer") || ends("/stop") => work.working.number.to_string(),
        "number" if ends("/retry") => work.failed.number.to_string(),
        "number" if ends("/approval/{approval}") => work.waiting.0.number.to_string(),
        "number" if ends("/edit") || ends("/place") || ends("/withdrawal") => {
            work.later[0].number.to_string()
        }
        "number" if pattern.contains("/requests/{number}") => work.review.0.number.to_string(),
        "approval" => work.waiting.1.to_string(),
        "deliverable" => work.review.1.to_string(),
        "client" if ends("/archive") => town.leaving.id.to_string(),
        "client" => quill.client.id.to_string(),
        "id" if pattern.starts_with("/desk/people/invitations") => town.candidate.to_string(),
        "id" if pattern.contains("/invitations/") => quill.invitations[turn].to_string(),
        "id" if pattern.starts_with("/desk/people") => {
            town.colleagues[usize::from(ends("/removal"))].to_string()
        }
        "id" => quill.spare[turn].to_string(),
        "agent" => quill.agent.to_string(),
        "offer" => town.offer.to_string(),
        "subscription" => quill.subscription.to_string(),
        "invoice" if ends("/draft") => quill.draft.to_string(),
        "invoice" => quill.issued.0.to_string(),
        "file" => quill.file.to_string(),
        // Made up: a link that is right lets in whoever holds it.
        "token" => "x".repeat(43),
        "*file" => "main.css".to_owned(),
        "*name" => quill.portal.review.0.session.to_string(),
        _ => return None,
    };
    Some(value)
}

/// What a form of a pattern sends when whoever may do it does it; none where it takes no form.
pub fn deed(town: &Town, pattern: &str) -> Option<Deed> {
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
    found.or_else(|| portal(&town.quill, pattern)).or_else(|| desk(town, pattern)).or_else(|| {
        let (body, refused) = public(town, pattern)?;
        Some(Deed { body, roles: ANYONE, refused })
    })
}

fn does(roles: &'static [Role], body: Body) -> Option<Deed> {
    Some(Deed { body, roles, refused: None })
}

fn request(town: &Town, pattern: &str, rest: &str) -> Option<Deed> {
    let other = if pattern.starts_with("/desk") { &town.quill.desk } else { &town.quill.portal }.later[1];
    let file = || Body::Files(Vec::new(), "note.txt".into(), b"A note.".to_vec());
    match rest {
        "comments" | "steer" | "notes" => does(WORK, fields(&[("text", "A word.")])),
        "stop" | "retry" | "withdrawal" => does(WORK, fields(&[])),
        "approval/{approval}" => does(WORK, fields(&[("answer", "yes")])),
        "review" => does(WORK, fields(&[("verdict", "change"), ("reason", "Shorter.")])),
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

fn people(rest: &str, desk: bool) -> Option<Deed> {
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

fn portal(quill: &Tenant, pattern: &str) -> Option<Deed> {
    let file = quill.file.to_string();
    match pattern {
        "/portal/requests" => {
            let asked = [("title", "More"), ("brief", "Please."), ("priority", "normal"), ("file", &file)];
            let Body::Form(asked) = fields(&asked) else { return None };
            does(WORK, Body::Files(asked, "more.txt".into(), b"More.".to_vec()))
        }
        "/portal/files" => does(WORK, Body::Files(Vec::new(), "new.txt".into(), b"New.".to_vec())),
        "/portal/markdown" => does(ANYONE, fields(&[("brief", "*Hello*")])),
        "/portal/billing/subscription" => does(BILL, fields(&[("state", "ending")])),
        _ => None,
    }
}

fn desk(town: &Town, pattern: &str) -> Option<Deed> {
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
        "/desk/clients/{client}/details" => {
            fields(&[("name", "Renamed & Sons"), ("bill_to", "2 Quay Street")])
        }
        "/desk/clients/{client}/requests/new" => {
            fields(&[("title", "By hand"), ("brief", "Please."), ("priority", "high"), ("form_key", "one")])
        }
        "/desk/clients/{client}/archive" => fields(&[("archived", "yes")]),
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
        "/desk/billing/invoices/{invoice}/state" => fields(&[("state", "paid"), ("back", "list")]),
        "/desk/settings" => fields(&SETTINGS),
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
    ("bill_from", "1 Quay Street"),
    ("holidays", ""),
];

fn public(town: &Town, pattern: &str) -> Option<(Body, Option<&'static str>)> {
    let (offer, place) = (town.offer.to_string(), membership(&town.quill.client.owner).to_string());
    let secret = ("password", "a new and long one");
    Some(match pattern {
        "/signup" => (
            fields(&[
                ("offer", &offer),
                ("company", "Newcomers"),
                ("name", "New Comer"),
                ("email", "owner@newcomers.test"),
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
        "/account/name" => (fields(&[("name", "Re Named")]), None),
        "/account/password" => (fields(&[("old", PASSWORD), secret]), None),
        "/account/sign-ins" => (fields(&[("sign_in", "others")]), None),
        "/account/confirmation" => (fields(&[]), Some("the address is confirmed")),
        "/account/places" => (fields(&[("place", &place), ("next", "/portal")]), None),
        _ => return None,
    })
}
