//! Shorter CSS: without comments and without the spaces that mean nothing. Values are left as they were written;
//! compression does the rest.

/// Strings and addresses stay byte for byte.
pub fn minify(css: &str) -> String {
    let mut short = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => string(rest, first),
            '/' if rest.starts_with("/*") => {
                rest = rest.split_once("*/").map_or("", |(_, after)| after);
                // What a comment parts stays parted.
                space(&mut short);
                continue;
            }
            _ if first.is_whitespace() => {
                rest = rest.trim_start();
                space(&mut short);
                continue;
            }
            '{' | '}' | ';' | ',' => {
                tighten(&mut short, first);
                1
            }
            _ => first.len_utf8(),
        };
        short.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    short.trim().to_owned()
}

/// One space, unless the last character makes it needless.
fn space(short: &mut String) {
    if !short.ends_with([' ', '{', '}', ';', ',']) && !short.is_empty() {
        short.push(' ');
    }
}

/// Drops what is needless before a mark: a space, and before a closing brace the last semicolon.
fn tighten(short: &mut String, mark: char) {
    if short.ends_with(' ') {
        short.pop();
    }
    if mark == '}' && short.ends_with(';') {
        short.pop();
    }
}

/// The length of the string that `rest` begins with, both quotes included.
fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
