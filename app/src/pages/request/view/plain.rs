//! Plain words as HTML: what an agent is still writing.

use islands::conversation::tail;

/// Paragraphs, with the place where the next words come; line breaks within them are kept and shown by the style.
pub fn being_written(text: &str) -> String {
    const CARET: &str = "<span class=\"caret\" aria-hidden=\"true\"></span>";
    let html: String = tail::paragraphs(text)
        .into_iter()
        .map(|words| format!("<p dir=\"auto\">{}</p>", escape(words)))
        .collect();
    match html.strip_suffix("</p>") {
        Some(open) => format!("{open}{CARET}</p>"),
        None => format!("<p dir=\"auto\">{CARET}</p>"),
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
        let html = being_written("a <b> & c\nd\n\n\n\ne\n");
        assert!(
            html.starts_with("<p dir=\"auto\">a &lt;b&gt; &amp; c\nd</p><p dir=\"auto\">e\n<span"),
            "{html}"
        );
    }

    #[test]
    fn the_caret_stands_behind_the_last_word() {
        let caret = "<span class=\"caret\" aria-hidden=\"true\"></span>";
        assert_eq!(being_written("Dear"), format!("<p dir=\"auto\">Dear{caret}</p>"));
        assert_eq!(being_written(""), format!("<p dir=\"auto\">{caret}</p>"));
    }
}
