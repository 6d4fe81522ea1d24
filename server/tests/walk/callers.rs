//! Every route as everyone who has no business there: the sign-in page or 404, nothing changed, and no byte of whose
//! things they are.

use axum::http::StatusCode;
use domain::{Role, Scope};
use server::router;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    answer::PageResponse,
    browser::Browser,
    digest::RowWatch,
    examples::{self, FormBody, FormExample, OWN, PUBLIC, deed, is_for_programs, is_hook, is_public, path},
    town::{OURS, THEIRS, Town},
};

/// What a caller may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AllowedAnswer {
    /// To sign in, or that there is nothing.
    SignIn,
    /// That there is nothing.
    Nothing,
    /// That there is nothing, or that their role does not allow it.
    NotTheirRole,
    /// To come with a token: who is signed in does not matter.
    Token,
    /// What is theirs, or everyone's; nothing of the client's.
    Theirs,
    /// The walk has nothing to say: it is theirs to see and do.
    Rightful,
}

/// Ways back from elsewhere, which lead on to the page that shows what came of it.
const LEADS_ON: &[&str] = &["/portal/billing/card/done"];

/// Somebody at a door of the install.
struct Caller {
    name: &'static str,
    host: &'static str,
    who: Option<Scope>,
    /// What they must not read anywhere.
    words: Vec<&'static str>,
    /// Whose rows they must not change.
    ids: Vec<Uuid>,
    told: fn(&Town, &str, &'static str) -> AllowedAnswer,
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_gets_where_they_do_not_belong(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    for caller in callers(&town) {
        let mut watch = RowWatch::new(&pool, &caller.ids).await;
        for pattern in router::patterns() {
            walk(&town, &caller, &pattern, &mut wrong).await;
            let changes = watch.changes().await;
            if !changes.is_empty() {
                wrong.push(format!("{} at {pattern} changed\n{}", caller.name, changes.join("\n")));
                break;
            }
        }
    }
    the_right_ones_get_in(&town, &mut wrong).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asks for one pattern and posts its form, as one caller.
async fn walk(town: &Town, caller: &Caller, pattern: &str, wrong: &mut Vec<String>) {
    let path = path(town, pattern);
    let deed = deed(town, pattern);
    for method in ["GET", "POST"] {
        let told = if is_for_programs(pattern) {
            AllowedAnswer::Token
        } else {
            (caller.told)(town, pattern, method)
        };
        if told == AllowedAnswer::Rightful {
            continue;
        }
        // Afresh each time: some forms end the browser's sign-in.
        let browser = match &caller.who {
            Some(who) => Browser::of(town, caller.host, who).await,
            None => Browser::new(town, caller.host),
        };
        let answer = match (method, &deed) {
            ("GET", _) => browser.get(&path).await,
            // What is everyone's is done by everyone; here only what is somebody's matters.
            (_, Some(deed)) if !is_public(pattern) => browser.post(&path, &deed.body).await,
            _ => browser.post_fields(&path, Vec::new()).await,
        };
        wrong.extend(
            complaint(caller, told, &answer)
                .map(|what| format!("{} at {method} {pattern} {what}", caller.name)),
        );
    }
}

/// What is wrong with an answer.
fn complaint(caller: &Caller, told: AllowedAnswer, answer: &PageResponse) -> Option<String> {
    let nothing = answer.status == StatusCode::NOT_FOUND || answer.is_no_route();
    let fits = match told {
        AllowedAnswer::SignIn => nothing || answer.is_to_sign_in(),
        AllowedAnswer::Nothing => nothing,
        AllowedAnswer::Token => answer.asks_for_token(),
        AllowedAnswer::NotTheirRole => nothing || answer.is_refused_by_role(),
        AllowedAnswer::Theirs | AllowedAnswer::Rightful => !answer.status.is_server_error(),
    };
    let bytes = answer.bytes();
    let read: Vec<_> = caller.words.iter().filter(|word| bytes.contains(**word)).collect();
    if fits && read.is_empty() {
        return None;
    }
    Some(format!("is told {}; expected {told:?}, reads {read:?}", answer.gist()))
}

fn callers(town: &Town) -> Vec<Caller> {
    let quill = &town.quill.client;
    let all = || vec!["quillhaven", "brackenmoor"];
    let nobody =
        |name, who| Caller { name, host: OURS, who, words: all(), ids: town.ids(), told: signed_out };
    let [was_clients, was_operator] = &town.removed;
    vec![
        nobody("nobody", None),
        nobody("a removed owner", Some(was_clients.clone())),
        nobody("a removed operator", Some(was_operator.clone())),
        nobody("another workspace's operator at our door", Some(town.theirs.operator.clone())),
        nobody("another workspace's owner at our door", Some(town.marsh.client.owner.clone())),
        Caller {
            name: "another workspace's operator at their own door",
            host: THEIRS,
            who: Some(town.theirs.operator.clone()),
            words: vec!["quillhaven", "brackenmoor", "fernworth"],
            ids: town.ids(),
            told: |_, pattern, _| {
                if pattern.starts_with("/portal") { AllowedAnswer::Nothing } else { away(pattern) }
            },
        },
        Caller {
            name: "another workspace's owner at their own door",
            host: THEIRS,
            who: Some(town.marsh.client.owner.clone()),
            words: vec!["quillhaven", "brackenmoor", "fernworth"],
            ids: town.ids(),
            told: |_, pattern, _| {
                if pattern.starts_with("/desk") { AllowedAnswer::Nothing } else { away(pattern) }
            },
        },
        Caller {
            name: "another client's owner",
            host: OURS,
            who: Some(town.bracken.client.owner.clone()),
            words: vec!["quillhaven", "fernworth-backstage"],
            ids: town.quill.ids(),
            told: |_, pattern, _| {
                if pattern.starts_with("/desk") { AllowedAnswer::Nothing } else { away(pattern) }
            },
        },
        Caller {
            name: "another client's bookkeeper",
            host: OURS,
            who: Some(town.bracken.client.billing.clone()),
            words: vec!["quillhaven", "fernworth-backstage"],
            ids: town.quill.ids(),
            told: |_, pattern, method| match away(pattern) {
                _ if pattern.starts_with("/desk") => AllowedAnswer::Nothing,
                // Before it is looked whether there is anything: the answer is the same for everything.
                AllowedAnswer::Nothing if method == "POST" => AllowedAnswer::NotTheirRole,
                told => told,
            },
        },
        Caller {
            name: "a member of the client",
            host: OURS,
            who: Some(quill.member.clone()),
            words: vec!["brackenmoor", "-backstage"],
            ids: town.ids(),
            told: |town, pattern, method| by_role(town, pattern, method, Role::Member),
        },
        Caller {
            name: "the client's bookkeeper",
            host: OURS,
            who: Some(quill.billing.clone()),
            words: vec!["brackenmoor", "-backstage"],
            ids: town.ids(),
            told: |town, pattern, method| by_role(town, pattern, method, Role::Billing),
        },
        Caller {
            name: "the client's owner",
            host: OURS,
            who: Some(quill.owner.clone()),
            words: vec!["brackenmoor", "-backstage"],
            ids: town.ids(),
            told: |town, pattern, method| by_role(town, pattern, method, Role::Owner),
        },
    ]
}

/// Whoever is not signed in here.
fn signed_out(_: &Town, pattern: &str, _: &'static str) -> AllowedAnswer {
    if is_public(pattern) { AllowedAnswer::Theirs } else { AllowedAnswer::SignIn }
}

/// Whoever has pages of the same kind elsewhere: what names something names nothing of theirs.
fn away(pattern: &str) -> AllowedAnswer {
    // A month, a year and a kind of book are everybody's.
    let calendar = ["month", "book", "year"];
    let names_something = examples::parameters(pattern).iter().any(|name| !calendar.contains(&name.as_str()));
    if names_something && !is_public(pattern) { AllowedAnswer::Nothing } else { AllowedAnswer::Theirs }
}

/// Whoever belongs to the client, within what their role lets them do.
fn by_role(town: &Town, pattern: &str, method: &'static str, role: Role) -> AllowedAnswer {
    let bills = pattern.starts_with("/portal/billing");
    match method {
        _ if pattern.starts_with("/desk") => AllowedAnswer::Nothing,
        _ if is_public(pattern) || OWN.contains(&pattern) => {
            if method == "GET" {
                AllowedAnswer::Theirs
            } else {
                AllowedAnswer::Rightful
            }
        }
        "GET" if bills && role == Role::Member => AllowedAnswer::Nothing,
        // To take along what is theirs stands in the audit log.
        "GET" if pattern.ends_with("/data/{export}/download") => match role {
            Role::Owner => AllowedAnswer::Rightful,
            _ => AllowedAnswer::NotTheirRole,
        },
        "GET" if pattern == "/portal/requests/new" && role == Role::Billing => AllowedAnswer::NotTheirRole,
        "GET" => AllowedAnswer::Theirs,
        _ => match deed(town, pattern) {
            Some(deed) if deed.roles.contains(&role) => AllowedAnswer::Rightful,
            Some(_) => AllowedAnswer::NotTheirRole,
            // There is no form to send, or `the_right_ones_get_in` says that its example is missing.
            None => AllowedAnswer::Theirs,
        },
    }
}

/// So that the walk can fail: whoever belongs there does what the wrong ones could not.
async fn the_right_ones_get_in(town: &Town, wrong: &mut Vec<String>) {
    // What other services push is signed; `server/tests/money` does it.
    let for_browsers = |pattern: &String| !is_for_programs(pattern) && !is_hook(pattern);
    // Those for programs let in nobody by a sign-in; `server/tests/protocols/pull` does what they are there for.
    for pattern in router::patterns().into_iter().filter(for_browsers) {
        // The wrong ones have used up what an hour allows.
        sqlx::query("DELETE FROM rate_limit").execute(&town.ours.pool).await.unwrap();
        town.sell().await;
        let path = path(town, &pattern);
        let who = if pattern.starts_with("/desk") { &town.ours.operator } else { &town.quill.client.owner };
        let read = Browser::of(town, OURS, who).await.get(&path).await;
        let leads_on = LEADS_ON.contains(&pattern.as_str()) && read.status == StatusCode::SEE_OTHER;
        if !read.status.is_success() && !leads_on && !read.is_no_route() && !is_public(&pattern) {
            wrong.push(format!("GET {pattern} does not let in whoever belongs there: {}", read.gist()));
        }
        let browser = match is_public(&pattern) {
            true => Browser::new(town, OURS),
            false => Browser::of(town, OURS, who).await,
        };
        let deed = deed(town, &pattern);
        let body = deed.as_ref().map_or(FormBody::Form(Vec::new()), |deed| deed.body.clone());
        let done = browser.post(&path, &body).await;
        let fits = match &deed {
            None => done.is_no_route(),
            Some(FormExample { refused: Some(_), .. }) => {
                done.status.is_client_error() && !done.is_no_route()
            }
            Some(_) => done.status.is_success() || done.status == StatusCode::SEE_OTHER,
        };
        if !fits || (done.is_to_sign_in() && !is_public(&pattern)) {
            let advice = "say in `deed` in server/tests/walk/examples/deeds.rs what its form sends";
            wrong
                .push(format!("POST {pattern} does not do what it is there for ({}): {advice}", done.gist()));
        }
    }
}

#[test]
fn what_is_open_is_there() {
    let patterns = router::patterns();
    for open in PUBLIC.iter().map(|(pattern, _)| pattern).chain(OWN) {
        assert!(
            patterns.iter().any(|pattern| pattern == open),
            "{open} is gone: take it off the list in server/tests/walk/examples"
        );
    }
}
