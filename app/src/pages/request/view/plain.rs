//! Plain words as HTML: what people say, and what an agent is still writing.

use crate::islands::conversation::tail;

/// Paragraphs where a line was left empty; line breaks within them are kept and shown by the style.
pub fn paragraphs(text: &str) -> String {
    tail::paragraphs(text.trim_end()).into_iter().map(|words| format!("<p>{}</p>", escape(words))).collect()
}

/// The same, with the place where the next words come.
pub fn being_written(text: &str) -> String {
    const CARET: &str = "<span class=\"caret\" aria-hidden=\"true\"></span>";
    let html: String =
        tail::paragraphs(text).into_iter().map(|words| format!("<p>{}</p>", escape(words))).collect();
    match html.strip_suffix("</p>") {
        Some(open) => format!("{open}{CARET}</p>"),
        None => format!("<p>{CARET}</p>"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
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
