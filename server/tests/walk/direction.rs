//! Words that run from right to left do so wherever a page shows them: in a block that takes its direction from its first
//! letter (style/base.css), or in one that says so itself.

use sqlx::PgPool;

use super::{
    browser::Browser,
    town::{OURS, Town},
};

/// A word that stands nowhere else.
const WORD: &str = "שלוםבית";

/// The blocks that the base styles turn by their first letter, where nothing else is said.
const TURNED: [&str; 12] = ["h1", "h2", "h3", "h4", "p", "li", "td", "th", "dd", "summary", "address", "bdi"];

/// What is not drawn, or drawn by the browser's own parts, which know directions.
const NOT_DRAWN: [&str; 5] = ["title", "script", "style", "option", "template"];

const VOID: [&str; 8] = ["area", "br", "hr", "img", "input", "link", "meta", "source"];

/// Where the word stands in words that nothing turns: the names of the tags around it, and the words.
fn unturned(page: &str) -> Vec<String> {
    let mut around: Vec<(String, bool)> = Vec::new();
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((text, after)) = rest.split_once('<') {
        let is_turned = around.iter().any(|(name, turned)| *turned || NOT_DRAWN.contains(&name.as_str()));
        if text.contains(WORD) && !is_turned {
            let names: Vec<&str> = around.iter().map(|(name, _)| name.as_str()).collect();
            found.push(format!(
                "{}: {}",
                names.join(" "),
                text.rsplit('>').next().unwrap_or_default().trim()
            ));
        }
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        let mut quote = None;
        let end = after.find(|c| match (quote, c) {
            (None, '"' | '\'') => {
                quote = Some(c);
                false
            }
            (Some(open), _) if open == c => {
                quote = None;
                false
            }
            (None, '>') => true,
            _ => false,
        });
        let (tag, left) = end.map_or((after, ""), |end| (&after[..end], &after[end + 1..]));
        rest = left;
        let name = |tag: &str| -> String {
            tag.chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect::<String>()
                .to_lowercase()
        };
        if let Some(closed) = tag.strip_prefix('/') {
            let closed = name(closed);
            if let Some(at) = around.iter().rposition(|(open, _)| *open == closed) {
                around.truncate(at);
            }
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let opened = name(tag);
            let turned =
                tag.contains("dir=\"auto\"") || (TURNED.contains(&opened.as_str()) && !tag.contains(" dir="));
            if !tag.ends_with('/') && !VOID.contains(&opened.as_str()) {
                around.push((opened, turned));
            }
        }
    }
    found
}

#[test]
fn a_word_in_nothing_is_found_and_one_in_a_paragraph_is_not() {
    assert_eq!(unturned(&format!("<div><a title=\"<p>\">{WORD}</a></div>")), [format!("div a: {WORD}")]);
    assert!(
        unturned(&format!("<p>x <b>{WORD}</b></p><div dir=\"auto\"><br>{WORD}</div><title>{WORD}</title>"))
            .is_empty()
    );
    assert_eq!(
        unturned(&format!("<p dir=\"ltr\">{WORD}</p><p>x</p><span>{WORD}</span>")),
        [format!("p: {WORD}"), format!("span: {WORD}")]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn words_run_the_way_that_they_are_read(pool: PgPool) {
    let town = Town::new(&pool).await;
    let client = town.quill.client.id;
    for statement in [
        "UPDATE client SET name = $2 || ' ' || name WHERE id = $1",
        "UPDATE request SET title = $2 || ' ' || title WHERE client_id = $1",
        "UPDATE person p SET name = $2 || ' ' || name FROM membership m WHERE m.person_id = p.id AND m.client_id = $1",
    ] {
        sqlx::query(statement).bind(client.0).bind(WORD).execute(&pool).await.unwrap();
    }
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let portal = Browser::of(&town, OURS, &town.quill.client.owner).await;
    let number = town.quill.portal.review.0.number;
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (browser, path) in [
        (&portal, "/portal".to_owned()),
        (&portal, "/portal/requests".to_owned()),
        (&portal, "/portal/requests/queue".to_owned()),
        (&portal, format!("/portal/requests/{number}")),
        (&portal, "/portal/people".to_owned()),
        (&portal, "/account".to_owned()),
        (&desk, "/desk".to_owned()),
        (&desk, "/desk/board".to_owned()),
        (&desk, "/desk/clients".to_owned()),
        (&desk, format!("/desk/clients/{client}")),
        (&desk, format!("/desk/clients/{client}/requests/{number}")),
        (&desk, "/desk/agents".to_owned()),
        (&desk, "/desk/audit".to_owned()),
        (&desk, "/desk/billing".to_owned()),
        (&desk, "/desk/costs".to_owned()),
    ] {
        let page = browser.get(&path).await;
        assert!(page.status.is_success(), "{path}: {}", page.gist());
        seen += usize::from(page.body.contains(WORD));
        wrong.extend(unturned(&page.body).into_iter().map(|around| format!("{path}: {around}")));
    }
    assert!(seen >= 10, "the word stands on {seen} pages");
    assert!(wrong.is_empty(), "nothing turns these:\n{}", wrong.join("\n"));
}
