use axum::http::StatusCode;

/// What a browser is told.
#[derive(Debug)]
pub struct PageResponse {
    pub status: StatusCode,
    pub location: String,
    pub kind: String,
    pub headers: String,
    pub body: String,
    /// The body as it came.
    pub content: Vec<u8>,
}

impl PageResponse {
    /// Everything that arrived, in lower case.
    pub fn bytes(&self) -> String {
        format!("{} {}", self.headers, self.body).to_lowercase()
    }

    /// Sent to where one signs in.
    pub fn is_to_sign_in(&self) -> bool {
        let led = self.status == StatusCode::SEE_OTHER && self.location.starts_with("/sign-in");
        // Where words were sent, the page itself: it carries them through.
        let asked = self.status == StatusCode::UNAUTHORIZED && self.body.contains("action=\"/sign-in\"");
        led || asked
    }

    /// Nothing of this kind is done at that address.
    pub fn is_no_route(&self) -> bool {
        self.status == StatusCode::METHOD_NOT_ALLOWED
    }

    /// Asked for a token: a browser's sign-in does not count here.
    pub fn asks_for_token(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED && self.headers.to_lowercase().contains("www-authenticate")
    }

    /// For a script.
    pub fn is_json(&self) -> bool {
        ["application/json", "application/problem+json"].iter().any(|kind| self.kind.starts_with(kind))
    }

    /// For a program, which takes no tag in it for one.
    pub fn is_data(&self) -> bool {
        let kinds = ["text/event-stream", "text/csv"];
        (self.is_json() || kinds.iter().any(|kind| self.kind.starts_with(kind)))
            && self.headers.contains("nosniff")
    }

    /// Refused for what somebody is, in words.
    pub fn is_refused_by_role(&self) -> bool {
        matches!(self.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
            && ["Your role is Billing", "Only owners", "Only an owner"]
                .iter()
                .any(|words| self.body.contains(words))
    }

    /// Whether an error tells a person what happened and what to do: a page with a heading and a sentence, a form with
    /// what to mend, or the same for a script.
    pub fn has_words(&self) -> bool {
        let words = |text: &str| text.split_whitespace().filter(|word| word.len() > 1).count();
        if self.is_json() {
            let json: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
            let said = [&json["refused"], &json["errors"], &json["message"], &json["detail"]]
                .map(ToString::to_string);
            return said.iter().any(|said| words(said) >= 4);
        }
        // Programs read the log itself, beside the pages and their policy, and are told in a sentence.
        if self.kind.starts_with("text/plain") && !self.headers.contains("content-security-policy") {
            return words(&self.body) >= 4;
        }
        let Some((_, main)) = self.body.split_once("<main") else { return false };
        self.kind.starts_with("text/html") && main.contains("<h1") && words(&plain(main)) >= 6
    }

    /// The beginning of what a person reads, for a failed test.
    pub fn gist(&self) -> String {
        let text = plain(&self.body);
        let text = text.split_whitespace().take(40).collect::<Vec<_>>().join(" ");
        format!("{} {} {} “{text}”", self.status, self.kind, self.location)
    }
}

/// Without the tags.
pub fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}
