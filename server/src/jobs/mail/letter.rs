//! A queued mail as the message that goes out.

use std::time::SystemTime;

use domain::mail::{self, Due};
use lettre::{
    Message,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

/// The message of a mail: plain text, from our own address in the workspace's name.
///
/// # Errors
/// Why it can never be sent.
pub(super) fn message(due: &Due, from: &Mailbox, public_url: &str) -> Result<Message, String> {
    let to: Mailbox =
        due.recipient.parse().map_err(|error| format!("the recipient is no address: {error}"))?;
    // A workspace's own address is where answers go; sending from it is not ours to do.
    let own: Option<Mailbox> = due.sender.parse().ok();
    let name = match &own {
        Some(mailbox) => mailbox.name.clone(),
        None => Some(due.sender.clone()).filter(|name| !name.is_empty()),
    };
    let name = name.or_else(|| from.name.clone());
    let mut message = Message::builder()
        .from(Mailbox::new(name, from.email.clone()))
        .to(to)
        .subject(due.subject.clone())
        .date(SystemTime::from(due.created_at))
        .message_id(Some(format!("<{}@{}>", due.id, from.email.domain())))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(own) = own {
        message = message.reply_to(own);
    }
    message
        .singlepart(SinglePart::plain(mail::expand(&due.body, public_url)))
        .map_err(|error| error.to_string())
}
