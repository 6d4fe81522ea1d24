//! No refusal loses what was typed: every form with words in it, refused in every way that a form can be.

use domain::{Scope, secret};
use server::router;
use sqlx::PgPool;

use super::{
    answer::PageResponse,
    bodies::whoever_may,
    browser::{Browser, form_token},
    examples::{Fields, FormBody, deed, is_for_programs, is_public, path},
    html::{Tag, tags},
    shared::FORM_KEY,
    tenant::PASSWORD,
    town::{OURS, Town},
};

/// Fields that somebody writes into, by their names: the others are chosen or come with the page.
const WRITTEN: [&str; 28] = [
    "text",
    "title",
    "brief",
    "reason",
    "name",
    "email",
    "company",
    "business",
    "bill_name",
    "bill_address",
    "summary",
    "vertical",
    "points",
    "field-0-label",
    "field-0-hint",
    "field-0-options",
    "line-0-what",
    "note",
    "persona",
    "tagline",
    "promise",
    "terms",
    "holidays",
    "url",
    "model",
    "limit",
    "rate",
    "room",
];

/// A form with words of the test's own in whatever is written, and those words.
fn worded(body: &FormBody) -> Option<(FormBody, Vec<String>)> {
    let (mut words, mut fields) = (Vec::new(), Fields::new());
    for (name, value) in body.fields() {
        let value = match name.as_str() {
            "email" => format!("typed-{}@elsewhere.test", words.len()),
            // Ticked and not written.
            "terms" if value == "yes" => value.clone(),
            name if WRITTEN.contains(&name) => format!("Typed “{name}” & kept <{}>", words.len()),
            _ => value.clone(),
        };
        if value != body.fields()[fields.len()].1 {
            words.push(value.clone());
        }
        fields.push((name.clone(), value));
    }
    (!words.is_empty() && !matches!(body, FormBody::Json(..))).then(|| (body.with(fields), words))
}

/// Every pattern whose form has words in it.
fn forms(town: &Town) -> Vec<(String, String, FormBody, Vec<String>)> {
    let of = |pattern: String| {
        let (body, words) = worded(&deed(town, &pattern)?.body)?;
        let path = path(town, &pattern);
        Some((pattern, path, body, words))
    };
    let patterns = router::patterns().into_iter().filter(|pattern| !is_for_programs(pattern));
    patterns.filter_map(of).collect()
}

/// As a person reads a page, with what stands in its fields.
fn read(answer: &PageResponse) -> String {
    let named = answer.body.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    named.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&")
}

fn lost(answer: &PageResponse, words: &[String]) -> Vec<String> {
    let page = read(answer);
    words.iter().filter(|word| !page.contains(word.as_str())).cloned().collect()
}

fn rightful<'a>(town: &'a Town, pattern: &str) -> &'a Scope {
    if pattern.starts_with("/desk") { &town.ours.operator } else { &town.quill.client.owner }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_form_from_a_page_that_is_too_old_comes_back(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    for (pattern, path, body, words) in forms(&town) {
        let browser = whoever_may(&town, &pattern).await;
        let (kind, bytes) = body.encoded(&secret::keyed_hash(FORM_KEY, b"a page of yesterday"));
        let request = browser.request("POST", &path).header("content-type", kind);
        let answer = browser.send(request.body(bytes.into()).unwrap()).await;
        let lost = lost(&answer, &words);
        if !answer.status.is_client_error() || !lost.is_empty() {
            wrong.push(format!("{pattern} loses {lost:?}: {}", answer.gist()));
            continue;
        }
        // And can be sent again from there, with the right token.
        let again = form_to(&answer, &path);
        if again.iter().all(|(name, value)| name != "form_token" || *value != form_token()) {
            wrong.push(format!("{pattern} cannot be sent again: {again:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The fields of a page's form that leads there.
fn form_to(answer: &PageResponse, path: &str) -> Fields {
    let get = |tag: &Tag, name: &str| {
        tag.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    };
    let (mut inside, mut fields) = (false, Fields::new());
    for tag in tags(&read(answer)) {
        if tag.name == "form" {
            inside = get(&tag, "action").as_deref() == Some(path);
        } else if inside && tag.name == "input" {
            fields.extend(get(&tag, "name").map(|name| (name, get(&tag, "value").unwrap_or_default())));
        }
    }
    fields
}

/// A sign-in that ended while somebody wrote: they sign in, and go on where they were.
#[sqlx::test(migrations = "../migrations")]
async fn words_come_through_the_sign_in(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    for (pattern, path, body, words) in forms(&town).into_iter().filter(|(pattern, ..)| !is_public(pattern)) {
        let who = rightful(&town, &pattern);
        let email = emailed(&town, who).await;
        sqlx::query("DELETE FROM rate_limit").execute(&town.ours.pool).await.unwrap();
        let browser = Browser::new(&town, OURS);
        let from = page_with_form(&town, &pattern);
        let (kind, bytes) = body.encoded(&form_token());
        let request = browser.request("POST", &path).header("content-type", kind);
        let request = request.header("referer", format!("http://{OURS}{from}"));
        let asked = browser.send(request.body(bytes.into()).unwrap()).await;
        let Some(typed) = hidden(&asked, "typed") else {
            wrong.push(format!("{pattern} does not carry it through: {}", asked.gist()));
            continue;
        };
        let next = hidden(&asked, "next").unwrap_or_default();
        // A slip in the password loses nothing either.
        let sign_in = |password: &str| {
            [("email", email.as_str()), ("password", password), ("next", &next), ("typed", &typed)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec()
        };
        let slip = browser.post_fields("/sign-in", sign_in("not this one, no")).await;
        if hidden(&slip, "typed").as_deref() != Some(typed.as_str()) {
            wrong.push(format!("{pattern} loses it with a wrong password: {}", slip.gist()));
        }
        let entered = browser.post_fields("/sign-in", sign_in(PASSWORD)).await;
        if entered.location.is_empty() {
            wrong.push(format!("{pattern}: the sign-in does not let in: {}", entered.gist()));
            continue;
        }
        let browser = browser.signed_in(&entered);
        let page = browser.get(&entered.location).await;
        let lost = lost(&page, &words);
        if !page.status.is_success() || !lost.is_empty() {
            wrong.push(format!("{pattern} loses {lost:?} at {}: {}", entered.location, page.gist()));
        }
        let again = browser.get(&entered.location).await;
        if again.body.contains("What you typed") {
            wrong.push(format!("{pattern} brings it back twice"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the form stands, where it has a page of its own.
fn page_with_form(town: &Town, pattern: &str) -> String {
    let path = path(town, pattern);
    match pattern {
        "/desk/clients" | "/desk/agents" | "/desk/offers" | "/desk/tokens" | "/desk/webhooks"
        | "/portal/requests" => {
            format!("{path}/new")
        }
        "/desk/billing/invoices" => format!("{path}/new?client={}", town.quill.client.id),
        "/desk/clients/{client}/requests/new"
        | "/desk/clients/{client}/erasure"
        | "/desk/payments"
        | "/desk/settings/tax/rates/{rate}" => path,
        _ => path.rsplit_once('/').map_or(path.clone(), |(above, _)| above.to_owned()),
    }
}

/// Somebody's address, at which they sign in with [`PASSWORD`] as the client's owner does.
async fn emailed(town: &Town, who: &Scope) -> String {
    let email =
        "UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE id = $2) WHERE id = $1
                 RETURNING email";
    let owner = town.quill.client.owner.person().unwrap().0;
    let asked = sqlx::query_scalar(email).bind(who.person().unwrap().0).bind(owner);
    asked.fetch_one(&town.ours.pool).await.unwrap()
}

fn hidden(answer: &PageResponse, name: &str) -> Option<String> {
    let get = |tag: &Tag, name: &str| {
        tag.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    };
    let tags = tags(&answer.body);
    let tag = tags.iter().find(|tag| tag.name == "input" && get(tag, "name").as_deref() == Some(name))?;
    let value = get(tag, "value")?;
    let named = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    Some(named.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&"))
}

/// Refused by a rule: a word too many in one field, a role that may not, a request that is gone, too many tries.
#[sqlx::test(migrations = "../migrations")]
async fn a_rule_that_says_no_keeps_the_words(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    let mut check = |what: &str, pattern: &str, answer: PageResponse, words: &[String]| {
        let lost = lost(&answer, words);
        if answer.status.is_client_error() && !lost.is_empty() {
            wrong.push(format!("{pattern}, {what}, loses {lost:?}: {}", answer.gist()));
        }
    };
    for (pattern, path, body, words) in forms(&town) {
        let browser = whoever_may(&town, &pattern).await;
        let mut long = body.fields().clone();
        if let Some(field) = long.iter_mut().find(|(name, _)| WRITTEN.contains(&name.as_str())) {
            field.1 = format!("{} {}", field.1, "x".repeat(60_000));
        }
        check("too long", &pattern, browser.post(&path, &body.with(long)).await, &words);
        if pattern.starts_with("/portal") {
            let bookkeeper = Browser::of(&town, OURS, &town.quill.client.billing).await;
            check("another's role", &pattern, bookkeeper.post(&path, &body).await, &words);
        }
        if !is_public(&pattern) {
            let gone = path.replace("/requests/", "/requests/9999");
            check("gone", &pattern, whoever_may(&town, &pattern).await.post(&gone, &body).await, &words);
        }
    }
    sqlx::query("UPDATE subscription SET state = 'paused'").execute(&town.ours.pool).await.unwrap();
    for (pattern, path, body, words) in forms(&town) {
        let browser = whoever_may(&town, &pattern).await;
        check("paused", &pattern, browser.post(&path, &body).await, &words);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
