//! What the terminal says once the product answers: where it is, and who can sign in.

use app::web::{App, Site};
use domain::{
    Result,
    demo::{PASSWORD, accounts, is_demo},
};

/// What does not work without a mail server where others can reach the portal, and how to mend it.
pub const NO_MAIL: &str = "Others can reach the portal, so the outbox page is closed, and there is no mail server: nobody \
    can reset a password, accept an invitation, confirm an address or hear of their work. Set THROUGHLINE_SMTP_URL.";

/// The lines to print.
///
/// # Errors
/// When the database is away.
pub async fn lines(app: &App) -> Result<String> {
    let url = app.site.base();
    let mut lines = format!("Throughline is running at {url}\n");
    if is_demo(&app.db).await? {
        lines += &demo(&app.site);
    }
    lines += &mail(&app.site, url);
    Ok(lines)
}

fn mail(site: &Site, url: &str) -> String {
    if site.sends_mail {
        return String::new();
    }
    if site.reach.is_from_elsewhere() {
        return format!("\nNO EMAIL IS SENT. {NO_MAIL}\n");
    }
    format!("\nEmail isn’t being sent. Read it at {url}/dev/outbox\n")
}

fn demo(site: &Site) -> String {
    if site.reach.is_from_elsewhere() {
        return "\nDemo accounts are turned off. They only work while no other machine can reach the portal.\n"
            .to_owned();
    }
    let mut lines = format!("\nDemo accounts (password for all: “{PASSWORD}”):\n");
    for account in accounts() {
        lines += &format!(
            "  {:<24} {}, {} at {}\n",
            account.email,
            account.name,
            account.role.as_str(),
            account.business
        );
    }
    lines
}
