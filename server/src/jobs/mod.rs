//! Work that the server does by itself, beside the requests. Each is a loop that ends at the soft step of a shutdown.

mod clear;
pub mod mail;

use app::web::App;

use crate::{settings::Settings, shutdown::Shutdown};

/// Starts all of them.
///
/// # Errors
/// When the mail server's address is none.
pub fn spawn(app: &App, settings: &Settings, shutdown: &Shutdown) -> Result<(), mail::AddressError> {
    let soft = shutdown.soft();
    shutdown.spawn("clear", clear::run(app.db.clone(), soft.clone()));
    if let Some(url) = &settings.smtp_url {
        let sender = mail::Sender::new(url.reveal(), settings.mail_from.clone(), app.site.public_url.as_str())?;
        shutdown.spawn("mail", mail::run(app.db.clone(), sender, soft.clone()));
    }
    Ok(())
}
