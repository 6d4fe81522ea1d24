//! What the terminal says once the product answers: where it is, and who can sign in.

use app::web::App;
use domain::{
    Result,
    demo::{PASSWORD, accounts, is_demo},
};

/// The lines to print.
///
/// # Errors
/// When the database is away.
pub async fn lines(app: &App) -> Result<String> {
    let url = app.site.public_url.as_str().trim_end_matches('/');
    let mut lines = format!("Throughline is at {url}\n");
    if is_demo(&app.db).await? {
        lines += &demo(app.site.loopback);
    }
    if app.site.outbox {
        lines += &format!("\nMail is not sent; it stands at {url}/dev/outbox\n");
    }
    Ok(lines)
}

fn demo(loopback: bool) -> String {
    if !loopback {
        return "\nThe demo's accounts are off: they work only while the server listens on loopback.\n"
            .to_owned();
    }
    let mut lines = format!("\nThe demo, everyone with the password “{PASSWORD}”:\n");
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
