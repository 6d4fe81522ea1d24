/// An e-mail address as it is kept: lower-case, without space around it, its host as mail servers write it
/// (`info@müller.de` is `info@xn--mller-kva.de`); `None` when it is none.
///
/// The mailbox in plain ASCII, one `@`, a host with a dot: whether somebody reads it is shown by a mail, not by its
/// spelling.
pub fn read_email(typed: &str) -> Option<String> {
    let (mailbox, host) = typed.trim().split_once('@')?;
    let mailbox = mailbox.to_ascii_lowercase();
    // Names of other scripts, and full-width letters, in the one form that names them; an xn-- that names none fails.
    let host = idna::domain_to_ascii(host).ok()?;
    let fits = mailbox.len() + 1 + host.len() <= 254 && (1..=64).contains(&mailbox.len());
    let spelled = mailbox.bytes().all(|b| b.is_ascii_graphic() && !b"()<>[]\\,;:\"@".contains(&b));
    let dots = |text: &str| !text.starts_with('.') && !text.ends_with('.') && !text.contains("..");
    let hosted = host.contains('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        && host
            .split('.')
            .all(|label| !label.starts_with('-') && !label.ends_with('-') && (1..=63).contains(&label.len()));
    (fits && spelled && dots(&mailbox) && dots(&host) && hosted).then(|| format!("{mailbox}@{host}"))
}

/// An address as its people read it: `info@müller.de`. One whose letters could be taken for others' (Latin ones among
/// those of another script) stays as it is kept.
pub fn display_email(kept: &str) -> String {
    let Some((mailbox, host)) = kept.rsplit_once('@').filter(|(_, host)| host.contains("xn--")) else {
        return kept.to_owned();
    };
    let (shown, read) = idna::domain_to_unicode(host);
    let is_latin = |c: char| c.is_ascii() || ('\u{c0}'..='\u{24f}').contains(&c);
    let plain = shown
        .split('.')
        .all(|label| label.chars().all(is_latin) || !label.chars().any(|c| is_latin(c) && c.is_alphabetic()));
    let same = read_email(&format!("{mailbox}@{shown}")).as_deref() == Some(kept);
    if read.is_ok() && plain && same { format!("{mailbox}@{shown}") } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{display_email, read_email};

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
            "a@xn--x.test",
            "a@mül ler.de",
            "a@[127.0.0.1]",
        ] {
            assert_eq!(read_email(slip), None, "{slip:?}");
        }
        assert_eq!(read_email(&format!("{}@x.test", "a".repeat(65))), None);
        assert_eq!(read_email(&format!("a@{}.test", "ü".repeat(64))), None);
    }

    #[test]
    fn a_host_has_one_form_however_it_is_typed() {
        let kept = Some("info@xn--mller-kva.de".to_owned());
        for typed in [
            "info@müller.de",
            "Info@MÜLLER.de",
            "info@mu\u{308}ller.de",
            "info@xn--mller-kva.de",
            "info@müller。de",
            "info@XN--MLLER-KVA.DE",
        ] {
            assert_eq!(read_email(typed), kept, "{typed}");
        }
        assert_eq!(read_email("a@straße.example").as_deref(), Some("a@xn--strae-oqa.example"));
        assert_eq!(read_email("a@例え.テスト").as_deref(), Some("a@xn--r8jz45g.xn--zckzah"));
    }

    #[test]
    fn an_address_is_shown_as_it_is_read_unless_it_could_be_mistaken() {
        assert_eq!(display_email("info@xn--mller-kva.de"), "info@müller.de");
        assert_eq!(display_email("rosa@harborpine.test"), "rosa@harborpine.test");
        // A Cyrillic а in paypal.com.
        let trap = read_email("a@p\u{430}ypal.com").unwrap();
        assert_eq!(display_email(&trap), trap);
        assert_eq!(display_email("no address"), "no address");
    }
}
