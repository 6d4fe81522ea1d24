//! Content types, as far as the protocol compares them.

/// Whether two content types are the same but for letters' case and parameters.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    fn essence(text: &str) -> &str {
        text.split(';').next().unwrap_or_default().trim()
    }
    one == other || essence(one).eq_ignore_ascii_case(essence(other))
}
