/// An e-mail address as it is kept, lower-case and without space around it; `None` when it is none.
///
/// Plain ASCII, one `@`, a host with a dot: whether somebody reads it is shown by a mail, not by its spelling.
pub fn read_email(typed: &str) -> Option<String> {
    let email = typed.trim().to_ascii_lowercase();
    let (mailbox, host) = email.split_once('@')?;
    let fits = email.len() <= 254 && (1..=64).contains(&mailbox.len());
    let spelled = mailbox.bytes().all(|b| b.is_ascii_graphic() && !b"()<>[]\\,;:\"@".contains(&b));
    let dots = |text: &str| !text.starts_with('.') && !text.ends_with('.') && !text.contains("..");
    let hosted = host.contains('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        && host.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'));
    (fits && spelled && dots(mailbox) && dots(host) && hosted).then_some(email)
}

#[cfg(test)]
mod tests {
    use super::read_email;

    #[test]
    fn addresses_are_told_from_slips() {
        assert_eq!(read_email("  Rosa@HarborPine.test "), Some("rosa@harborpine.test".to_owned()));
        assert!(read_email("o'hara+bills@mail.example.co.uk").is_some());
        for slip in [
            "",
            "rosa",
            "rosa@",
            "@x.test",
            "rosa@harbor",
            "a b@x.test",
            "a@x..test",
            "a@@x.test",
            "a@-x.test",
            "ä@x.test",
            "a@x.test\nBcc: b@x.test",
        ] {
            assert_eq!(read_email(slip), None, "{slip:?}");
        }
        assert_eq!(read_email(&format!("{}@x.test", "a".repeat(65))), None);
    }
}
