use sqlx::PgPool;

use super::world::ExportWorld;
use crate::requests::{NewRequest, Priority, commands, queries};

#[sqlx::test(migrations = "../migrations")]
async fn a_client_finds_everything_that_is_theirs_and_nothing_else(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.furnished("halewood").await;
    world.furnished("brackenmoor").await;
    let (name, zip) = world.packed(&hale.owner).await;
    assert_eq!(name, "halewood & Partners 2026-11-23.zip");

    let folder = "Requests/0001 Either-or_ halewood_";
    let paths: Vec<&str> = zip.0.keys().map(String::as_str).collect();
    let wanted: Vec<String> = [
        "Files/never sent.txt",
        "Invoices/Credit note C-0001.json",
        "Invoices/Credit note C-0001.md",
        "Notes/Billing/Rates.md",
        "Read me first.txt",
        "company.json",
        "people.csv",
        "people.json",
        "subscriptions.json",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(
        [
            "Deliverables/Lease (version 1).md",
            "Deliverables/Lease (version 2).md",
            "Deliverables/table (version 1).csv",
            "Files/fees_ _old_.bin",
            "Files/FEES_ _old_ (2).bin",
            "conversation.json",
            "conversation.md",
            "request.md",
        ]
        .map(|path| format!("{folder}/{path}")),
    )
    .collect();
    for path in &wanted {
        assert!(paths.contains(&path.as_str()), "{path} is not in {paths:#?}");
    }
    let others: Vec<_> = paths.iter().filter(|path| !wanted.iter().any(|wanted| wanted == *path)).collect();
    assert!(others.iter().all(|path| path.starts_with("Invoices/Invoice ")), "{others:#?}");
    assert_eq!(zip.0[&format!("{folder}/Files/fees_ _old_.bin")], b"halewood\0\x01\x02");
    assert_eq!(zip.0[&format!("{folder}/Files/FEES_ _old_ (2).bin")], b"another");
    assert_eq!(zip.0[&format!("{folder}/Deliverables/table (version 1).csv")], b"halewood;1\n");
    assert_eq!(zip.text(&format!("{folder}/Deliverables/Lease (version 2).md")), "# halewood lease, second");

    // What is internal, and what is another client's.
    for hidden in ["backstage", "brackenmoor"] {
        assert_eq!(zip.with(hidden), Vec::<&str>::new(), "{hidden}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn it_reads_as_the_pages_do(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.furnished("halewood").await;
    sqlx::query("UPDATE person SET name = '=cmd|calc' WHERE id = $1")
        .bind(hale.member.person().unwrap().0)
        .execute(&pool)
        .await
        .unwrap();
    let (_, zip) = world.packed(&hale.owner).await;
    let folder = "Requests/0001 Either-or_ halewood_";

    let request = zip.text(&format!("{folder}/request.md"));
    for words in [
        "# Either/or: halewood? (#1)",
        "- Status: Done",
        "- Asked by Owner: 23 November 2026, 09:00",
        "Times are in Berlin time.",
        "Please, for **halewood**.",
        "(<Files/fees_ _old_.bin>)",
        "(<Deliverables/Lease (version 2).md>)",
    ] {
        assert!(request.contains(words), "{words} is not in {request}");
    }
    let conversation = zip.text(&format!("{folder}/conversation.md"));
    for words in [
        "**Mina** · 23 November 2026, 09:00",
        "The words of halewood.",
        "halewood comment",
        "- [x] halewood plan",
        "halewood question?",
        "Operator answered “Yes”",
        "Delivered [Lease (version 2)](<Deliverables/Lease (version 2).md>)",
        "Approved it.",
    ] {
        assert!(conversation.contains(words), "{words} is not in {conversation}");
    }
    let json: serde_json::Value =
        serde_json::from_str(zip.text(&format!("{folder}/conversation.json"))).unwrap();
    assert_eq!(json["request"]["number"], 1);
    let entries = json["conversation"]["entries"].as_array().unwrap();
    let words = entries.iter().find(|entry| entry["type"] == "words").unwrap();
    assert_eq!(
        (&words["text"], &words["author"]["name"]),
        (&"The words of halewood.".into(), &"Mina".into())
    );
    assert_eq!(words["at"], "2026-11-23T08:00:00.000Z");

    let invoices = zip.with("extra");
    assert_eq!(invoices.len(), 2, "as text and as JSON: {invoices:?}");
    let invoice = zip.text(invoices.iter().find(|path| path.ends_with(".md")).unwrap());
    assert!(invoice.contains("| halewood extra \\| work | $123.45 |"), "{invoice}");
    let people = zip.text("people.csv");
    assert!(people.contains("\"'=cmd|calc\"") && people.contains("\"Owner\""), "{people}");
    let held: serde_json::Value = serde_json::from_str(zip.text("subscriptions.json")).unwrap();
    assert_eq!(held[0]["name"], "Two at a time");
    let readme = zip.text("Read me first.txt");
    assert!(readme.starts_with("Everything Northlight keeps for halewood & Partners\r\n"), "{readme}");
    assert!(!readme.contains("couldn’t"), "{readme}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_that_is_lost_is_named_and_costs_nothing_else(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.furnished("halewood").await;
    sqlx::query("UPDATE file SET sha256 = repeat('0', 64) WHERE name = 'never sent.txt'")
        .execute(&pool)
        .await
        .unwrap();
    let (_, zip) = world.packed(&hale.owner).await;
    assert!(!zip.0.contains_key("Files/never sent.txt"));
    let readme = zip.text("Read me first.txt");
    assert!(readme.contains("couldn’t be read") && readme.contains("- Files/never sent.txt"), "{readme}");
    assert!(zip.0.contains_key("Notes/Billing/Rates.md"));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_request_that_was_withdrawn_is_there_too(pool: PgPool) {
    let world = ExportWorld::new(&pool).await;
    let hale = world.fixture.client("Hale").await;
    let new = NewRequest {
        title: "CON".into(),
        brief: String::from("Gone."),
        priority: Priority::Normal,
        queue: false,
        files: Vec::new(),
        form_key: None,
    };
    let number = commands::create(world.db(), &hale.owner, new).await.unwrap();
    let id = queries::find(world.db(), &hale.owner, hale.id, number).await.unwrap();
    commands::withdraw(world.db(), &hale.owner, id).await.unwrap();
    let (_, zip) = world.packed(&hale.owner).await;
    assert!(zip.text("Requests/0001 CON/request.md").contains("- Status: withdrawn 23 November 2026, 09:00"));
}
