use std::{
    io,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta};
use domain::{
    Clock, Db,
    billing::{self, InvoiceDraft, InvoiceLine},
    ids::ClientId,
    mail,
    money::Currency,
    testing::Fixture,
};
use sessions::Engine;
use sqlx::{Executor, PgPool, postgres::PgPoolOptions};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Sender, send_due};

/// What the stand-in for a mail server says to a recipient, and what it was given.
#[derive(Clone, Default)]
struct Post {
    answer: Arc<Mutex<&'static str>>,
    letters: Arc<Mutex<Vec<String>>>,
}

impl Post {
    /// Listens like a mail server; its address.
    async fn open(&self) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap()).parse().unwrap();
        let post = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let post = post.clone();
                tokio::spawn(async move { post.serve(stream).await });
            }
        });
        url
    }

    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 post\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => "250-post\r\n250 8BITMIME",
                "RCPT" => *self.answer.lock().unwrap(),
                "QUIT" => return write.write_all(b"221 bye\r\n").await,
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut letter = String::new();
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        letter.push_str(&line);
                        letter.push('\n');
                    }
                    self.letters.lock().unwrap().push(letter);
                    "250 kept"
                }
                _ => "250 fine",
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(())
    }

    fn answer_with(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = answer;
    }
}

async fn db(pool: &PgPool) -> Db {
    let role = async |set: &'static str| {
        PgPoolOptions::new()
            .max_connections(4)
            .after_connect(move |conn, _| Box::pin(async move { conn.execute(set).await.map(|_| ()) }))
            .connect_with((*pool.connect_options()).clone())
            .await
            .unwrap()
    };
    let engine = Engine::start(role("SET ROLE throughline_sessions").await, sessions::Options::default());
    let clock = Clock::frozen("2026-11-23T08:00:00Z".parse::<DateTime<_>>().unwrap());
    Db::new(role("SET ROLE throughline_app").await, engine, clock)
}

async fn queue(pool: &PgPool, recipient: &str) {
    let workspace = uuid::Uuid::from_u128(1);
    sqlx::query(
        "INSERT INTO workspace (id, name, desk_stream, created_at) VALUES ($1, 'Nörthlight', $1, '2026-11-23T08:00:00Z') ON CONFLICT DO NOTHING",
    )
    .bind(workspace)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO mail (id, workspace_id, recipient, subject, body, not_before, created_at)
         VALUES (gen_random_uuid(), $1, $2, 'Juno has a question', E'Hello,\\n\\n{link:/portal/requests/12}\\n',
                 '2026-11-23T08:00:00Z', '2026-11-23T08:00:00Z')",
    )
    .bind(workspace)
    .bind(recipient)
    .execute(pool)
    .await
    .unwrap();
}

async fn state(pool: &PgPool) -> (String, i32, String) {
    sqlx::query_as("SELECT state, attempts, last_error FROM mail").fetch_one(pool).await.unwrap()
}

fn sender(url: &Url) -> Sender {
    Sender::new(url, "Throughline <no-reply@desk.example>".parse().unwrap(), "https://desk.example/").unwrap()
}

async fn send(db: &Db, sender: &Sender) -> usize {
    send_due(db, sender, &CancellationToken::new()).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_mail_goes_out_once_with_its_links(pool: PgPool) {
    let (db, post) = (db(&pool).await, Post::default());
    post.answer_with("250 fine");
    let sender = sender(&post.open().await);
    queue(&pool, "rosa@harborpine.test").await;
    assert_eq!(send(&db, &sender).await, 1);
    assert_eq!(send(&db, &sender).await, 0);
    assert_eq!(state(&pool).await, ("sent".into(), 1, String::new()));
    let letters = post.letters.lock().unwrap().clone();
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    for part in [
        "To: rosa@harborpine.test",
        "Subject: Juno has a question",
        "no-reply@desk.example",
        "Message-ID: <mail_",
        "Auto-Submitted: auto-generated",
        "Date: Mon, 23 Nov 2026 08:00:00",
        "https://desk.example/portal/requests/12",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
}

/// A header of a letter.
fn header<'a>(letter: &'a str, name: &str) -> Option<&'a str> {
    letter
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[sqlx::test(migrations = "../migrations")]
async fn mails_about_one_request_stand_together(pool: PgPool) {
    let (db, post) = (db(&pool).await, Post::default());
    post.answer_with("250 fine");
    let sender = sender(&post.open().await);
    let (harbor, other) = (ClientId::new(), ClientId::new());
    let desk = format!("{{link:/desk/clients/{harbor}/requests/12}}");
    for (subject, client, body) in [
        ("asked", harbor, "{link:/portal/requests/12}"),
        ("ready", harbor, "{link:/portal/requests/12}"),
        ("operator", harbor, desk.as_str()),
        ("elsewhere", other, "{link:/portal/requests/12}"),
        ("invoice", harbor, "{link:/portal/invoices/12}"),
    ] {
        sqlx::query(
            "INSERT INTO mail (id, client_id, recipient, subject, body, not_before, created_at)
             VALUES (gen_random_uuid(), $1, 'rosa@harborpine.test', $2, $3, '2026-11-23T08:00:00Z', '2026-11-23T08:00:00Z')",
        )
        .bind(client.0)
        .bind(subject)
        .bind(body)
        .execute(&pool)
        .await
        .unwrap();
    }
    assert_eq!(send(&db, &sender).await, 5);
    let letters = post.letters.lock().unwrap().clone();
    let of = |subject: &str| {
        let letter = letters.iter().find(|letter| header(letter, "Subject") == Some(subject)).unwrap();
        assert_eq!(header(letter, "In-Reply-To"), header(letter, "References"), "{letter}");
        assert!(header(letter, "Message-ID").unwrap().starts_with("<mail_"), "{letter}");
        header(letter, "References").map(str::to_owned)
    };
    let first = Some(format!("<request.{harbor}.12@desk.example>"));
    assert_eq!((of("asked"), of("ready"), of("operator")), (first.clone(), first.clone(), first.clone()));
    assert_eq!(of("elsewhere"), Some(format!("<request.{other}.12@desk.example>")));
    assert_eq!(of("invoice"), None);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_passing_trouble_is_tried_again_later(pool: PgPool) {
    let (db, post) = (db(&pool).await, Post::default());
    post.answer_with("450 the mailbox is busy");
    let sender = sender(&post.open().await);
    queue(&pool, "rosa@harborpine.test").await;
    assert_eq!(send(&db, &sender).await, 1);
    let (queued, attempts, why) = state(&pool).await;
    assert_eq!((queued.as_str(), attempts), ("queued", 1));
    assert!(why.contains("busy"), "{why}");
    assert_eq!(send(&db, &sender).await, 0, "not before a minute has passed");
    post.answer_with("250 fine");
    db.clock().advance(TimeDelta::minutes(1));
    assert_eq!(send(&db, &sender).await, 1);
    assert_eq!(state(&pool).await.0, "sent");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_arrive_is_given_up(pool: PgPool) {
    let (db, post) = (db(&pool).await, Post::default());
    post.answer_with("550 nobody of that name");
    let sender = sender(&post.open().await);
    queue(&pool, "nobody@harborpine.test").await;
    send(&db, &sender).await;
    assert_eq!(state(&pool).await.0, "failed");
    assert_eq!(mail::outbox::list(&db, 10).await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_mail_server_a_mail_is_given_up_at_last(pool: PgPool) {
    let db = db(&pool).await;
    // A port that was free a moment ago: nobody answers there.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let sender = sender(&format!("smtp://{closed}").parse().unwrap());
    queue(&pool, "rosa@harborpine.test").await;
    let mut tries = 0;
    while state(&pool).await.0 == "queued" {
        assert_eq!(send(&db, &sender).await, 1);
        db.clock().advance(TimeDelta::hours(4));
        tries += 1;
    }
    assert_eq!((state(&pool).await.0.as_str(), tries), ("failed", 9));
}

/// The words of the parts of a letter, and what it carries: its name and its bytes.
fn attachment(letter: &str) -> Option<(String, Vec<u8>)> {
    let part = letter.split("\nContent-Disposition: attachment; filename=").nth(1)?;
    let (name, rest) = part.split_once('\n')?;
    let (_, body) = rest.split_once("\n\n")?;
    let body: String = body.lines().take_while(|line| !line.starts_with("--")).collect();
    Some((name.trim().trim_matches('"').to_owned(), STANDARD.decode(body).ok()?))
}

/// What an unconfirmed address gets holds no word that somebody typed, and an invoice does.
#[sqlx::test(migrations = "../migrations")]
async fn an_invoice_goes_with_its_mail_to_whoever_is_known(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Hale & Partners").await;
    let lines = vec![InvoiceLine { what: "Onboarding".to_owned(), minor: 120_000 }];
    let draft = InvoiceDraft { lines, currency: Currency::USD, note: String::new() };
    let db = &fixture.db;
    let mut sent = Vec::new();
    for confirmed in [true, false] {
        sqlx::query("UPDATE person SET confirmed = $1").bind(confirmed).execute(&pool).await.unwrap();
        sqlx::query("DELETE FROM mail").execute(&pool).await.unwrap();
        let id = billing::commands::draft(db, &fixture.operator, client.id, &draft).await.unwrap();
        billing::commands::issue(db, &fixture.operator, id).await.unwrap();
        let post = Post::default();
        post.answer_with("250 fine");
        // Its owner, and who sees to its bills.
        assert_eq!(send(db, &sender(&post.open().await)).await, 2);
        let letters = post.letters.lock().unwrap().clone();
        for letter in &letters {
            assert!(
                letter.contains("Invoice 000") && letter.contains("https://desk.example/pay/"),
                "{letter}"
            );
        }
        sent.push(letters.iter().filter_map(|letter| attachment(letter)).collect::<Vec<_>>());
    }
    assert_eq!(sent[0].len(), 2, "each carries its invoice");
    assert_eq!(sent[0][0], sent[0][1], "the same paper is the same bytes");
    let (name, pdf) = &sent[0][0];
    assert_eq!(name, "Invoice 0001.pdf");
    assert!(pdf.starts_with(b"%PDF-1.7") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
    assert!(sent[1].is_empty(), "{} papers to people whom nobody knows", sent[1].len());
}
