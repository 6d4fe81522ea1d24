//! Plain words as HTML: what people say, and what an agent is still writing.

/// The paragraphs of a text: what an empty line parts.
pub fn paragraphs_of(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(|words| words.trim_matches('\n')).filter(|words| !words.trim().is_empty())
}

/// Paragraphs as HTML; line breaks within them are kept and shown by the style.
pub fn paragraphs(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for paragraph in paragraphs_of(text) {
        html.push_str("<p>");
        escape(paragraph, &mut html);
        html.push_str("</p>");
    }
    html
}

/// The same, with the place where the next words come.
pub fn being_written(text: &str) -> String {
    const CARET: &str = "<span class=\"caret\" aria-hidden=\"true\"></span>";
    let html = paragraphs(text);
    match html.strip_suffix("</p>") {
        Some(open) => format!("{open}{CARET}</p>"),
        None => format!("<p>{CARET}</p>"),
    }
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_words_and_never_markup() {
        assert_eq!(paragraphs("a <b> & c\nd\n\n\n\ne\n"), "<p>a &lt;b&gt; &amp; c\nd</p><p>e</p>");
        assert_eq!(paragraphs(" \n\n "), "");
    }

    #[test]
    fn the_caret_stands_behind_the_last_word() {
        let caret = "<span class=\"caret\" aria-hidden=\"true\"></span>";
        assert_eq!(being_written("Dear"), format!("<p>Dear{caret}</p>"));
        assert_eq!(being_written(""), format!("<p>{caret}</p>"));
    }
}
