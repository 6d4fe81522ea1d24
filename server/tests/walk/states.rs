//! What has come to its end reads like that, on every page that shows it.

use domain::{billing, requests};
use sqlx::PgPool;

use super::{
    answer::plain,
    browser::Browser,
    town::{OURS, Town},
};

/// An invoice that was taken back is nobody's to pay.
#[sqlx::test(migrations = "../migrations")]
async fn a_void_invoice_says_so_everywhere(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (invoice, number) = town.quill.issued;
    billing::commands::void(&town.ours.db, &town.ours.operator, invoice).await.unwrap();
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let portal = Browser::of(&town, OURS, &town.quill.client.owner).await;
    for (browser, path) in
        [(&desk, format!("/desk/billing/invoices/{invoice}")), (&portal, format!("/portal/billing/{number}"))]
    {
        let page = browser.get(&path).await;
        let text = plain(page.body.split_once("<main").expect("a page").1);
        assert!(text.contains("Void, nothing to pay") && text.contains("Void "), "{path}: {}", page.gist());
        for wrong in ["Amount due", "To pay", "Due ", "Overdue"] {
            assert!(!text.contains(wrong), "{path} still says {wrong}: {}", page.gist());
        }
    }
    let printed = billing::words::number(number);
    for (browser, path) in [
        (&desk, "/desk/billing?state=void".to_owned()),
        (&desk, "/desk/billing".to_owned()),
        (&portal, "/portal/billing".to_owned()),
    ] {
        let page = browser.get(&path).await;
        let row = page.body.split("<tr").find(|row| row.contains(&printed)).unwrap_or_default();
        let text = plain(row);
        assert!(text.contains("Void"), "{path}: {text}");
        for wrong in ["To pay", "Mark as paid", "Overdue"] {
            assert!(!text.contains(wrong), "{path} still says {wrong}: {text}");
        }
    }
    let due = desk.get("/desk/billing?state=due").await;
    let row = due.body.split("<tr").find(|row| row.contains(&format!("invoices/{invoice}")));
    assert!(row.is_none(), "nobody is to pay it: {}", plain(row.unwrap_or_default()));
}

/// Its end is said once, and nothing of its plan stands open.
#[sqlx::test(migrations = "../migrations")]
async fn a_done_request_says_so_once_and_its_plan_is_ticked(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (client, done) = (town.quill.client.id, town.quill.portal.done.number);
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let portal = Browser::of(&town, OURS, &town.quill.client.owner).await;
    for (browser, path) in [
        (&portal, format!("/portal/requests/{done}")),
        (&desk, format!("/desk/clients/{client}/requests/{done}")),
    ] {
        let page = browser.get(&path).await;
        let from = page.body.find("class=\"entry").expect("a conversation");
        let (line, rest) = page.body[from..].split_once("class=\"line-end").expect("its end");
        let end = rest.split("</li>").next().unwrap_or_default();
        let text = plain(&format!("<li {line} class=\"line-end{end}"));
        let said = text.split_whitespace().filter(|word| *word == "Done").count();
        assert_eq!(said, 1, "{path}: {text}");
        let plans: Vec<&str> =
            line.split("<ol class=\"plan\"").skip(1).filter_map(|plan| plan.split("</ol>").next()).collect();
        assert!(!plans.is_empty(), "{path} has a plan");
        for plan in plans {
            let (steps, ticked) = (plan.matches("<li").count(), plan.matches("class=\"done\"").count());
            assert!(steps > 0 && steps == ticked, "{path}: {plan}");
        }
    }
}

/// Words that the other side has not read stand first where they begin their day, until they have.
#[sqlx::test(migrations = "../migrations")]
async fn what_was_written_is_named_until_it_is_seen(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (quill, db) = (&town.quill, &town.ours.db);
    let (client, done) = (quill.client.id, &quill.portal.done);
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let portal = Browser::of(&town, OURS, &quill.client.owner).await;
    let group = |page: &str, heading: &str| {
        let from = page.split(&format!(">{heading}")).nth(1).map(str::to_owned);
        from.map(|rest| plain(rest.split("</section>").next().unwrap_or_default()))
    };
    let name = format!("#{}", done.number);
    for (by, heading, home, path) in [
        (
            &town.ours.operator,
            "New for you to read",
            ("/portal", &portal),
            format!("/portal/requests/{}/seen", done.number),
        ),
        (
            &quill.client.owner,
            "Clients wrote",
            ("/desk", &desk),
            format!("/desk/clients/{client}/requests/{}/seen", done.number),
        ),
    ] {
        let (home, browser) = home;
        requests::commands::comment(db, by, done.id, "Is the fee right?", &[]).await.unwrap();
        let before = group(&browser.get(home).await.body, heading).unwrap_or_default();
        assert!(before.contains(&name), "{heading}: {before}");
        let page = browser.post_fields(&path, vec![("back".to_owned(), home.to_owned())]).await;
        assert!(page.status.is_redirection(), "{}", page.gist());
        let after = group(&browser.get(home).await.body, heading).unwrap_or_default();
        assert!(!after.contains(&name), "{heading}: {after}");
    }
}
