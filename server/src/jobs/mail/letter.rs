//! A queued mail as the message that goes out.

use std::time::SystemTime;

use app::papers::PaperFile;
use domain::{
    accounts::read_email,
    mail::{self, MailThread, outbox::DueMail},
};
use lettre::{
    Address, Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

/// The message of a mail: plain text, from our own address in the workspace's name, with the paper that it carries.
///
/// # Errors
/// Why it can never be sent.
pub(super) fn message(
    due: &DueMail,
    from: &Mailbox,
    public_url: &str,
    paper: Option<PaperFile>,
) -> Result<Message, String> {
    let to: Mailbox =
        due.recipient.parse().map_err(|error| format!("the recipient is no address: {error}"))?;
    // A workspace's own address is where answers go; sending from it is not ours to do.
    let own = due.sender.parse().ok().map(|own: Mailbox| Mailbox::new(own.name, on_the_wire(own.email)));
    let name = match &own {
        Some(mailbox) => mailbox.name.clone(),
        None => Some(due.sender.clone()).filter(|name| !name.is_empty()),
    };
    let name = name.or_else(|| from.name.clone());
    let sender = on_the_wire(from.email.clone());
    let mut message = Message::builder()
        .from(Mailbox::new(name, sender.clone()))
        .to(Mailbox::new(to.name, on_the_wire(to.email)))
        .subject(due.subject.clone())
        .date(SystemTime::from(due.created_at))
        .message_id(Some(format!("<{}@{}>", due.id, sender.domain())))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(own) = own {
        message = message.reply_to(own);
    }
    if let Some(MailThread { client, number }) = due.thread {
        // Nobody was ever sent this one: all mails about a request answer it, in whatever order they arrive.
        let first = format!("<request.{client}.{number}@{}>", sender.domain());
        message = message.in_reply_to(first.clone()).references(first);
    }
    let words = SinglePart::plain(mail::expand(&due.body, public_url));
    let whole = match paper {
        None => message.singlepart(words),
        Some(PaperFile { name, bytes }) => {
            let pdf = ContentType::parse("application/pdf").map_err(|error| error.to_string())?;
            message.multipart(
                MultiPart::mixed().singlepart(words).singlepart(Attachment::new(name).body(bytes, pdf)),
            )
        }
    };
    whole.map_err(|error| error.to_string())
}

/// An address as every mail server takes it: a host of other letters in its form of `xn--`.
fn on_the_wire(address: Address) -> Address {
    let plain = read_email(&format!("{}@{}", address.user(), address.domain()));
    let host = plain.as_deref().and_then(|plain| plain.rsplit_once('@')).map(|(_, host)| host.to_owned());
    host.and_then(|host| Address::new(address.user(), host).ok()).unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_other_letters_goes_out_as_servers_know_it() {
        let wire = |address: &str| on_the_wire(address.parse().unwrap()).to_string();
        assert_eq!(wire("Info@müller.de"), "Info@xn--mller-kva.de");
        assert_eq!(wire("rosa@harborpine.test"), "rosa@harborpine.test");
        assert_eq!(wire("rosa@localhost"), "rosa@localhost");
    }
}
