//! Tables for a spreadsheet.

/// Begins a table that a spreadsheet reads as UTF-8.
const MARK: char = '\u{feff}';

/// Rows as CSV, each value in quotes.
pub(super) fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::from(MARK);
    for row in rows {
        let values: Vec<String> = row.iter().map(|value| quoted(value)).collect();
        text.push_str(&values.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A value in quotes, defused where a spreadsheet would compute it.
pub(crate) fn quoted(value: &str) -> String {
    let apostrophe = if is_formula(value) { "'" } else { "" };
    format!("\"{apostrophe}{}\"", value.replace('"', "\"\""))
}

/// Whether a spreadsheet would compute it instead of showing it.
fn is_formula(value: &str) -> bool {
    let begins =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n');
    value.starts_with(begins) || value.trim_start().starts_with(begins)
}

#[cfg(test)]
mod tests {
    use super::csv;

    #[test]
    fn a_value_is_shown_and_never_computed() {
        let text = csv([
            vec!["Rosa \"R\" Klein, Esq.".to_owned(), "rosa@harborpine.test".to_owned()],
            vec!["=HYPERLINK(\"x\")".to_owned(), "+1".to_owned(), " -2".to_owned(), "＝1".to_owned()],
        ]);
        assert_eq!(
            text,
            "\u{feff}\"Rosa \"\"R\"\" Klein, Esq.\",\"rosa@harborpine.test\"\r\n\
             \"'=HYPERLINK(\"\"x\"\")\",\"'+1\",\"' -2\",\"'＝1\"\r\n"
        );
    }
}
