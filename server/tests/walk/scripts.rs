//! Scripts that people write into what they may write: read by everyone as words.

use server::router;
use sqlx::PgPool;

use super::{
    bodies::whoever_may,
    browser::Browser,
    examples::{FormBody, deed, path},
    html::{Tag, tags},
    town::{OURS, Town},
};

/// A text, an attribute, a text area and a title that each end too soon; Markdown that would lead to a script.
const WORDS: &str = "</textarea></title>\"'><script>alert(7)</script><img src=x onerror=alert(7)>\
                     [press](javascript:alert(7)) <a href=\"javascript:alert(7)\">press</a> <svg onload=alert(7)>";

/// Short enough for a name.
const NAME: &str = "\"'></title><script>alert(7)</script>";

/// The tags of a page that would run what was written.
fn runs(page: &str) -> Vec<String> {
    tags(page).into_iter().filter(Tag::runs).map(|tag| format!("{tag:?}")).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_written_never_runs(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    let mut taken = 0;
    for pattern in router::patterns() {
        let Some(deed) = deed(&town, &pattern) else { continue };
        let path = path(&town, &pattern);
        let answer = whoever_may(&town, &pattern).await.post(&path, &written(&deed.body)).await;
        taken += usize::from(!answer.status.is_client_error());
        if answer.is_data() {
            continue;
        }
        wrong
            .extend(runs(&answer.body).into_iter().map(|bad| format!("{bad} is in the answer of {pattern}")));
    }
    assert!(taken > 30, "{taken} forms are too few that took it");
    // What no form of the walk writes: what agents say, and names that were given long ago.
    for sql in [
        "UPDATE agent SET name = left($1, 60), persona = $1",
        "UPDATE person SET name = left($1, 80)",
        "UPDATE client SET name = left($1, 120), bill_to = $1, vertical = $1,
                           intake = jsonb_build_array(jsonb_build_object('key', 'a', 'label', $1, 'kind', 'text', 'answer', $1))",
        "UPDATE workspace SET tagline = $1, promise = $1, terms = $1, bill_from = $1",
        "UPDATE offer SET name = left($1, 80), summary = $1, vertical = $1, points = jsonb_build_array($1)",
        "UPDATE subscription SET name = left($1, 80)",
        "UPDATE token SET name = left($1, 60)",
        "UPDATE deliverable SET title = left($1, 120)",
        "UPDATE deliverable_version SET body = $1",
        "UPDATE approval SET question = $1, detail = $1",
        "UPDATE file SET name = left($1, 100)",
    ] {
        sqlx::query(sql).bind(WORDS).execute(&pool).await.unwrap();
    }
    append_to_sessions(&town).await;
    assert_eq!(runs(WORDS).len(), 4);
    let mut words = 0;
    for who in [Some(&town.quill.client.owner), Some(&town.ours.operator), None] {
        let browser = match who {
            Some(who) => Browser::of(&town, OURS, who).await,
            None => Browser::new(&town, OURS),
        };
        for pattern in router::patterns() {
            let page = browser.get(&path(&town, &pattern)).await;
            // The log as it is: no browser takes that for a page.
            if page.is_data() {
                continue;
            }
            words += usize::from(page.body.contains("&lt;script&gt;alert(7)"));
            let found = runs(&page.body);
            wrong.extend(
                found
                    .into_iter()
                    .map(|bad| format!("{bad} is at {pattern} for {:?}", who.and_then(domain::Scope::role))),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(words > 40, "{words} pages are too few that show it as words");
}

/// The same form with the script in every text of it; choices, numbers and keys stay what they are.
fn written(body: &FormBody) -> FormBody {
    const TEXTS: [&str; 16] = [
        "title",
        "brief",
        "text",
        "reason",
        "persona",
        "promise",
        "tagline",
        "terms",
        "bill_address",
        "bill_name",
        "note",
        "summary",
        "points",
        "line-0-what",
        "field-0-hint",
        "field-0-options",
    ];
    // What people and things are called is refused with a tag in it, and would keep the rest of its form from being taken.
    const NAMES: [&str; 2] = ["field-0-label", "vertical"];
    let fields = body.fields().iter().map(|(name, value)| {
        let value = match name.as_str() {
            name if TEXTS.contains(&name) => WORDS,
            name if NAMES.contains(&name) => NAME,
            _ => value,
        };
        // A title has one line and an end.
        let value = if name == "title" { NAME } else { value };
        (name.clone(), value.to_owned())
    });
    match body.with(fields.collect()) {
        FormBody::Files(fields, _, _) => {
            FormBody::Files(fields, "'><script>alert(7)<.html".into(), WORDS.into())
        }
        form => form,
    }
}

/// As if the agents had said it, in every request's conversation and backstage.
async fn append_to_sessions(town: &Town) {
    use domain::session::{Author, AuthorKind, Event, Part, PlanStep, StepState};
    let word = || WORDS.to_owned();
    let author = Author { kind: AuthorKind::Agent, id: "agt".into(), name: WORDS.into() };
    let parts = [
        Part::DataPlan { steps: vec![PlanStep { title: word(), state: StepState::Working }] },
        Part::DataStep {
            id: "s".into(),
            title: word(),
            result: word(),
            detail: word(),
            state: StepState::Done,
        },
        Part::TextStart { id: "w".into() },
        Part::TextDelta { id: "w".into(), delta: word() },
        Part::TextEnd { id: "w".into() },
        Part::TextStart { id: "being written".into() },
        Part::TextDelta { id: "being written".into(), delta: word() },
        Part::DataComment { text: word() },
    ];
    let events: Vec<String> = parts
        .into_iter()
        .map(|part| Event::new(author.clone(), town.ours.db.now(), part).to_json())
        .collect();
    for work in [&town.quill.portal, &town.quill.desk] {
        for asked in work.all() {
            for stream in [asked.session, asked.backstage] {
                let append = sessions::Append::new(events.clone());
                town.ours.db.engine().append(sessions::StreamId(stream), append).await.unwrap();
            }
        }
    }
}
