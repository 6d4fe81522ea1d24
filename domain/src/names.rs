//! What people, companies, agents, offers, tokens and the workspace may be called. Names stand in mails to others, so they
//! carry nothing that a mail program makes a link of.

use crate::{FieldErrors, readable};

/// What a name ends up as, or what to do about it at its field: one line, with single spaces. `missing`: what to say
/// where nothing is typed; `most`: characters.
pub fn read(errors: &mut FieldErrors, field: &str, typed: &str, most: usize, missing: &str) -> String {
    let name = readable::line(typed.replace('\0', "").trim());
    let name = if readable::is_blank(&name) { String::new() } else { name };
    match name.chars().count() {
        0 => errors.add(field, missing),
        long if long > most => errors.add(field, format!("Use {most} characters or fewer.")),
        _ => {
            if let Some(objection) = objection(&name) {
                errors.add(field, objection);
            }
        }
    }
    name
}

/// What a mail or a page calls somebody: the first word of their name.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

/// Why something is no name, and what to do about it.
pub fn objection(name: &str) -> Option<&'static str> {
    if name.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Some("Keep the name on one line, in plain letters.");
    }
    if name.contains(['<', '>', '＜', '＞']) {
        return Some("Leave out < and >; write the name alone.");
    }
    if has_address(name) {
        return Some("Leave out the email address. Write the name alone.");
    }
    if has_link(name) {
        return Some("Leave out the web address; write the name alone.");
    }
    None
}

/// Something@something.
fn has_address(name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    chars
        .windows(3)
        .any(|three| matches!(three[1], '@' | '＠') && !three[0].is_whitespace() && !three[2].is_whitespace())
}

/// What a mail program would underline: a scheme, or a word that reads as a host.
fn has_link(name: &str) -> bool {
    let plain: String = name.chars().map(point).collect();
    plain.contains("://") || plain.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-').any(is_host)
}

/// The points that browsers read as one.
fn point(c: char) -> char {
    match c {
        '。' | '．' | '｡' => '.',
        '：' => ':',
        '／' => '/',
        c => c,
    }
}

/// `spam.example` and `EVIL.RU`, but not `St.Gallen`, `J.R.R.`, `Müller GmbH & Co.KG` or `Node.js`.
fn is_host(word: &str) -> bool {
    /// Endings of files and of what programs are called, of which none is a domain's.
    const FILES: [&str; 9] = ["js", "ts", "php", "html", "css", "pdf", "docx", "xlsx", "csv"];
    /// Endings that are hardly anything else, however they are written.
    const ENDINGS: [&str; 12] =
        ["com", "net", "org", "info", "biz", "xyz", "online", "shop", "site", "top", "click", "link"];
    let labels: Vec<&str> = word.trim_matches('.').split('.').collect();
    let Some((last, rest)) = labels.split_last() else { return false };
    if rest.is_empty() || labels.iter().any(|label| label.is_empty()) {
        return false;
    }
    if word.starts_with("www.") || word.starts_with("WWW.") {
        return true;
    }
    // A form of German firms, not Kyrgyzstan.
    let firm = rest.last().is_some_and(|label| label.eq_ignore_ascii_case("co"))
        && ["kg", "ohg", "kgaa"].iter().any(|form| last.eq_ignore_ascii_case(form));
    let ending = last.starts_with("xn--")
        || (last.chars().count() >= 2
            && last.chars().all(char::is_alphabetic)
            && (!last.chars().any(char::is_uppercase) || !word.chars().any(char::is_lowercase)));
    !firm
        && !FILES.contains(&last.to_lowercase().as_str())
        && (ending && rest.iter().any(|label| label.chars().count() >= 2)
            || ENDINGS.contains(&last.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_program_makes_a_link_of_is_no_name() {
        for bad in [
            "WIN $5000 NOW http://spam.example/x CLICK",
            "spam.example",
            "Visit evil.com now",
            "EVIL.RU",
            "Evil.COM",
            "www.Prize",
            "evil。com",
            "hxxps://evil",
            "ftp：//x",
            "(evil.com)",
            "a/evil.co.uk/b",
            "mailto:rosa@harborpine.test",
            "rosa@localhost",
            "rosa＠x",
            "<b>Rosa</b>",
            "Rosa >",
            "two\nlines",
            "tab\there",
            "bell\u{7}",
            "müller.de",
            "example.рф",
        ] {
            assert!(objection(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn what_people_are_called_is_taken() {
        for good in [
            "Rosa Klein",
            "Harbor & Pine Law",
            "J.R.R. Tolkien",
            "Dr.Müller",
            "St.Gallen Bau AG",
            "Müller GmbH & Co.KG",
            "Müller GmbH&Co.kg",
            "O'Hara, Ltd.",
            "Studio 2.0",
            "S.A.R.L. Dupont",
            "Smith Inc.",
            "Coffee @ Nine",
            "Node.js care",
            "GPT-4.1",
            "claude-opus-4.5",
            "24/7 Plumbing: Berlin",
            "田中商店",
            "Nguyễn Văn A",
            "A - B",
            "...",
        ] {
            assert_eq!(objection(good), None, "{good:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_with_single_spaces() {
        let mut errors = FieldErrors::new();
        assert_eq!(read(&mut errors, "name", "  Rosa \u{a0} Klein ", 80, "Enter your name."), "Rosa Klein");
        assert!(errors.is_empty());
        read(&mut errors, "name", "  ", 80, "Enter your name.");
        read(&mut errors, "company", &"x".repeat(121), 120, "");
        assert_eq!(errors.of("name"), Some("Enter your name."));
        assert_eq!(errors.of("company"), Some("Use 120 characters or fewer."));
    }

    #[test]
    fn a_name_has_something_to_read_and_no_direction_of_its_own() {
        for nothing in
            ["\u{200b}\u{200b}", "\u{2800}", "\u{3164}", "\u{202e}\u{2069}", "\u{fe0f}", "\u{e0041}"]
        {
            let mut errors = FieldErrors::new();
            assert_eq!(read(&mut errors, "company", nothing, 120, "Tell us."), "", "{nothing:?}");
            assert_eq!(errors.of("company"), Some("Tell us."), "{nothing:?}");
        }
        let mut errors = FieldErrors::new();
        assert_eq!(read(&mut errors, "name", "\u{202e}Rosa\u{202c} Kl\u{200b}ein", 80, ""), "Rosa Klein");
        assert!(errors.is_empty());
        // What is hidden in it hides no address.
        read(&mut errors, "name", "evil\u{200b}.\u{2060}com", 80, "");
        assert_eq!(errors.of("name"), Some("Leave out the web address; write the name alone."));
    }
}
