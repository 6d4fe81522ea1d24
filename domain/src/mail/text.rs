//! Bodies as they are written and as they are sent.

use super::times::TIME;

const LINK: &str = "{link:";

/// A subject is one line: what people typed may hold more.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a person typed, for use in a body: it makes no link of its own.
pub fn plain(text: &str) -> String {
    text.replace(LINK, "{ link:").replace(TIME, "{ time:")
}

/// The paths that a body's links lead to.
pub(super) fn links(body: &str) -> impl Iterator<Item = &str> {
    body.split(LINK).skip(1).filter_map(|part| part.split_once('}').map(|(path, _)| path))
}

/// The body with its links as whole addresses under `public_url`, such as `https://portal.example.com`.
pub fn expand(body: &str, public_url: &str) -> String {
    let base = public_url.trim_end_matches('/');
    let mut parts = body.split(LINK);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((path, rest)) => whole.extend([base, path, rest]),
            None => whole.extend([LINK, part]),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_whole_addresses() {
        let body = "Answer here:\n{link:/portal/requests/12}\nor there: {link:/desk}.";
        assert_eq!(
            expand(body, "https://portal.example.com/"),
            "Answer here:\nhttps://portal.example.com/portal/requests/12\nor there: https://portal.example.com/desk."
        );
        assert_eq!(expand("no link, {link:/unended", "https://x"), "no link, {link:/unended");
    }

    #[test]
    fn what_people_type_makes_no_links_and_no_headers() {
        assert_eq!(expand(&plain("see {link:/signout}"), "https://x"), "see { link:/signout}");
        assert_eq!(one_line("Lease\r\nBcc: everyone@example.com"), "Lease Bcc: everyone@example.com");
    }
}
