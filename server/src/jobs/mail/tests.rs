use std::{
    io,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, TimeDelta};
use domain::{Clock, Db, mail};
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
