//! A mail's body is plain text in which `{link:/path}` stands for an address of this install.

/// A stretch of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// A path of this install, beginning with a slash.
    Link(&'a str),
}

const OPEN: &str = "{link:/";

/// A body cut at its links.
pub fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find(OPEN) {
        let from = at + OPEN.len() - 1;
        let Some(length) = rest[from..].find('}') else { break };
        pieces.push(Piece::Text(&rest[..at]));
        pieces.push(Piece::Link(&rest[from..from + length]));
        rest = &rest[from + length + 1..];
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

/// The body as it is sent: every link under the public address, which has no slash at its end.
pub fn expand(body: &str, public_url: &str) -> String {
    let base = public_url.trim_end_matches('/');
    pieces(body)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Link(path) => format!("{base}{path}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_addresses_and_nothing_else_does() {
        let body = "Go on here:\n{link:/reset/abc}\n{link:http://evil.example} {link:/cut";
        assert_eq!(
            expand(body, "https://desk.example/"),
            "Go on here:\nhttps://desk.example/reset/abc\n{link:http://evil.example} {link:/cut"
        );
        assert_eq!(pieces("{link:/a}"), [Piece::Link("/a")]);
    }
}
