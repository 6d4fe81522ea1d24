//! Sends the mail that waits. A mail is tried at least once and, should the server stop between the mail server's yes
//! and our note of it, twice: the same Message-ID lets the reader's mailbox see that.

mod letter;
#[cfg(test)]
mod tests;

use std::time::Duration;

use app::papers::{self, PaperFile, PaperOf};
use domain::{
    Db, Error, JobBackoff,
    mail::{self, outbox::DueMail},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{self, response::Category},
};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How long to rest when nothing is due.
const REST: Duration = Duration::from_secs(2);
/// How long a mail server may take over one mail.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many mails are taken at a time.
const BATCH: i64 = 20;

/// The mail server's address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "THROUGHLINE_SMTP_URL cannot be used. Write smtps://user:password@host, or smtp://host:port without encryption"
)]
pub struct AddressError;

/// The way to the mail server, and in whose name.
pub struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    public_url: String,
}

impl Sender {
    /// Connects when there is something to send.
    ///
    /// # Errors
    /// When the address is none of a mail server.
    pub fn new(url: &Url, from: Mailbox, public_url: &str) -> Result<Self, AddressError> {
        // The library's words about a bad address may repeat it, password and all.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|_| AddressError)?
            .timeout(Some(PATIENCE))
            .build();
        Ok(Self { transport, from, public_url: public_url.trim_end_matches('/').to_owned() })
    }
}

/// Sends whatever is due, until told to stop; a mail that is being sent is finished.
pub async fn run(db: Db, sender: Sender, stop: CancellationToken) {
    let mut backoff = JobBackoff::new("mail");
    while !stop.is_cancelled() {
        let rest = match send_due(&db, &sender, &stop).await {
            Ok(tried) => {
                backoff.over();
                if tried > 0 { Duration::ZERO } else { REST }
            }
            Err(error) => backoff.pause(&error).max(REST),
        };
        stop.run_until_cancelled(tokio::time::sleep(rest)).await;
    }
}

/// Tries every mail that is due now; how many.
///
/// # Errors
/// When the database does not answer.
pub async fn send_due(db: &Db, sender: &Sender, stop: &CancellationToken) -> domain::Result<usize> {
    let due = mail::outbox::due(db, BATCH).await?;
    for (tried, letter) in due.iter().enumerate() {
        if stop.is_cancelled() {
            return Ok(tried);
        }
        try_one(db, sender, letter).await?;
    }
    Ok(due.len())
}

async fn try_one(db: &Db, sender: &Sender, due: &DueMail) -> domain::Result<()> {
    let paper = paper(db, due).await?;
    let message = match letter::message(due, &sender.from, &sender.public_url, paper) {
        Ok(message) => message,
        Err(why) => return note_failure(db, due, &why, true).await,
    };
    match sender.transport.send(message).await {
        Ok(_) => mail::outbox::mark_sent(db, due.id).await,
        Err(error) => note_failure(db, due, &with_causes(&error), is_final(&error)).await,
    }
}

/// What goes with it. Without it the mail still says what it has to: it goes out alone where the paper is gone, or cannot
/// be drawn.
async fn paper(db: &Db, due: &DueMail) -> domain::Result<Option<PaperFile>> {
    let Some((workspace, paper)) = due.paper else { return Ok(None) };
    match papers::draw(db, workspace, PaperOf::Billed(paper)).await {
        Ok(file) => Ok(Some(file)),
        Err(Error::NotFound) => Ok(None),
        Err(Error::Broken(why)) => {
            tracing::error!(mail.id = %due.id, error.message = why, "a mail’s PDF was not drawn");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn note_failure(db: &Db, due: &DueMail, why: &str, for_good: bool) -> domain::Result<()> {
    let given_up = mail::outbox::mark_failed(db, due, why, for_good).await?;
    tracing::warn!(mail.id = %due.id, mail.attempt = due.attempt, mail.given_up = given_up, error.message = why, "a mail was not sent");
    Ok(())
}

/// Whether the mail server refused this very mail (55x: no such mailbox, too large). A refused sign-in or a full
/// queue is the mail server's trouble, and passes.
fn is_final(error: &smtp::Error) -> bool {
    error.is_permanent() && error.status().is_some_and(|code| code.category == Category::MailSystem)
}

fn with_causes(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = next.source();
    }
    text
}
