//! Whether the mail server lets us in.

use std::time::Duration;

use lettre::{AsyncSmtpTransport, Tokio1Executor};

use crate::doctor::Finding;
use crate::settings::{SecretUrl, Settings};

const SUBJECT: &str = "Mail";
const PATIENCE: Duration = Duration::from_secs(5);

/// Connects and signs in, without sending anything.
pub(super) async fn check(settings: &Settings) -> Finding {
    match &settings.smtp_url {
        Some(url) => connect(url).await,
        None if !settings.reach().is_from_elsewhere() => {
            Finding::ok(SUBJECT, "saved to the outbox page (/dev/outbox)")
        }
        None => Finding::warn(
            SUBJECT,
            "no mail is sent: no mail server is set, and the outbox page is closed, as others can reach the portal",
            "Set THROUGHLINE_SMTP_URL, or nobody can reset a password, accept an invitation or confirm an address.",
        ),
    }
}

async fn connect(url: &SecretUrl) -> Finding {
    // The library's words about a bad address may repeat it, password and all.
    let Ok(builder) = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.reveal().as_str()) else {
        let mend =
            "Write THROUGHLINE_SMTP_URL as smtps://user:password@host, or smtp://host:25 without a password.";
        return Finding::fail(SUBJECT, format!("{url} is not the address of a mail server"), mend);
    };
    let mend = "Check the host, the port, the user and the password in THROUGHLINE_SMTP_URL.";
    match builder.timeout(Some(PATIENCE)).build::<Tokio1Executor>().test_connection().await {
        Ok(true) => Finding::ok(SUBJECT, format!("signed in to {url}")),
        Ok(false) => Finding::fail(SUBJECT, format!("{url} closed the connection"), mend),
        Err(reason) => Finding::fail(SUBJECT, format!("{url}: {reason}"), mend),
    }
}
