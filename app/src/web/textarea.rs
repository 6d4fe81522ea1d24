//! What was typed, inside a text field.

/// What stands in a `<textarea dir="auto">`, as HTML. Leptos writes a textarea's content as it is, so what somebody typed could end
/// the textarea and begin something else; and a browser drops its first line break.
pub fn textarea_text(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::textarea_text;

    #[test]
    fn what_was_typed_stays_inside_and_is_the_same_again() {
        assert_eq!(textarea_text("</textarea><script>&lt;"), "\n&lt;/textarea&gt;&lt;script&gt;&amp;lt;");
        assert_eq!(textarea_text("\n a"), "\n\n a");
    }
}
