//! What can be read of a line: names and titles stand on other people's pages, in lists and on buttons, where what cannot be
//! seen makes a link that nobody can press, and a turned direction makes other words of what follows.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

const JOINER: char = '\u{200d}';
const NON_JOINER: char = '\u{200c}';
const BLACK_FLAG: char = '\u{1f3f4}';

/// A line as it reads: without what has no look of its own and without marks of direction, every space a plain one, and
/// one at a time. Joiners stay where they join (families of emoji, Persian and Indic words), tags on the flags that are
/// made of them, and variants on what they vary. Line breaks and other control characters are left to whoever refuses them.
pub fn line(typed: &str) -> String {
    let mut kept: Vec<char> = Vec::with_capacity(typed.len());
    let mut coming = typed.chars().peekable();
    while let Some(c) = coming.next() {
        if is_space(c) {
            kept.push(' ');
        } else if stays(&kept, c, coming.peek().copied()) {
            kept.push(c);
        }
    }
    let kept: String = kept.into_iter().collect();
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a line has nothing that anyone could read or press.
pub fn is_blank(line: &str) -> bool {
    !line.chars().any(has_look)
}

/// The first letters of the first and last name: of each the whole of what a reader takes for one sign (a flag, a family),
/// and a letter or digit where the word has one.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().filter(|word| !is_blank(word)).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => initial(one),
        [first, .., last] => initial(first) + &initial(last),
    }
}

fn initial(word: &str) -> String {
    let begins = |sign: &&str| sign.chars().next().is_some_and(|c| c.is_alphanumeric() || is_picture(c));
    let sign =
        word.graphemes(true).find(begins).or_else(|| word.graphemes(true).find(|sign| !is_blank(sign)));
    sign.map(str::to_uppercase).unwrap_or_default()
}

/// Emoji and the letters that flags are made of.
fn is_picture(c: char) -> bool {
    c.general_category() == GeneralCategory::OtherSymbol
}

/// Characters that show something: letters, digits, signs. A mark alone has nothing to stand on.
fn has_look(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Punctuation, Symbol};
    matches!(c.general_category_group(), Letter | Number | Punctuation | Symbol)
        && !is_filler(c)
        && !is_space(c)
}

/// Whether a character stays behind those that have stayed, before the one that comes next.
fn stays(kept: &[char], c: char, next: Option<char>) -> bool {
    let before = kept.last().copied();
    match c {
        JOINER | NON_JOINER => joins(before, true) && joins(next, false),
        // Under a flag, up to the tag that ends it.
        '\u{e0020}'..='\u{e007f}' => {
            let tagged = kept.iter().rev().find(|c| !('\u{e0020}'..='\u{e007e}').contains(*c));
            tagged == Some(&BLACK_FLAG)
        }
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => before.is_some_and(has_look),
        _ if is_filler(c) => false,
        _ => !is_formatting(c),
    }
}

/// A sign of a script that joiners mean something to, or of a picture.
fn joins(beside: Option<char>, behind: bool) -> bool {
    beside.is_some_and(|c| {
        let variant = ('\u{fe00}'..='\u{fe0f}').contains(&c) || ('\u{e0100}'..='\u{e01ef}').contains(&c);
        let mark = c.general_category_group() == GeneralCategoryGroup::Mark && !is_filler(c);
        c >= '\u{590}' && (has_look(c) || mark && (behind || !variant))
    })
}

/// Letters and marks that are blank by themselves.
fn is_filler(c: char) -> bool {
    matches!(
        c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'
            ..='\u{180f}' | '\u{3164}' | '\u{ffa0}' | '\u{1d159}'
    )
}

/// What only says how others are to be shown; the few of them that are seen stay.
fn is_formatting(c: char) -> bool {
    let seen = matches!(
        c,
        '\u{600}'
            ..='\u{605}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'
                | '\u{891}'
                | '\u{8e2}'
                | '\u{110bd}'
                | '\u{110cd}'
    );
    let nothing = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    nothing || (c.general_category() == GeneralCategory::Format && !seen)
}

/// Every space within a line, the Braille cell without dots among them.
fn is_space(c: char) -> bool {
    c == '\u{2800}' || c.general_category() == GeneralCategory::SpaceSeparator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_taken_out() {
        let cases = [
            ("  Rosa \u{a0}\u{3000} Klein ", "Rosa Klein"),
            ("Ro\u{200b}sa\u{feff}\u{ad}\u{2060}", "Rosa"),
            ("\u{202e}asoR\u{202c} \u{2067}x\u{200f}\u{61c}", "asoR x"),
            ("Ro\u{200c}sa\u{200d}", "Rosa"),
            ("a\u{fe0f} \u{fe0f}b\u{e0061}", "a\u{fe0f} b"),
            ("\u{3164}\u{2800}\u{115f}\u{ffa0}\u{34f}", ""),
            ("\u{e0041}\u{e0042}", ""),
        ];
        for (typed, read) in cases {
            assert_eq!(line(typed), read, "{typed:?}");
            assert_eq!(line(read), read, "once is enough");
        }
    }

    #[test]
    fn what_joins_stays() {
        for name in [
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} Smith",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Ltd",
            "\u{2764}\u{fe0f}\u{200d}\u{1f525}",
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
            "\u{915}\u{94d}\u{200d}\u{937}",
            "\u{1f1e9}\u{1f1ea} GmbH",
            "E\u{301}lodie",
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd} Ltd",
        ] {
            assert_eq!(line(name), name);
            assert!(!is_blank(name));
        }
    }

    #[test]
    fn nothing_to_read_is_nothing() {
        for nothing in
            ["", " ", "\u{200b}\u{200b}", "\u{2800}", "\u{3164}", "\u{301}\u{302}", "\u{fe0f}", "\u{e0041}"]
        {
            assert!(is_blank(&line(nothing)), "{nothing:?}");
        }
        for something in ["...", "\u{2026}", "7", "\u{1f600}", "\u{4e2d}"] {
            assert!(!is_blank(something));
        }
    }

    #[test]
    fn initials_are_whole_signs_or_letters() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        let cases = [
            ("Rosa Klein", "RK".to_owned()),
            ("Mina", "M".to_owned()),
            ("\u{1f1e9}\u{1f1ea} Berlin", "\u{1f1e9}\u{1f1ea}B".to_owned()),
            (&format!("{family} Smith"), format!("{family}S")),
            ("<Rosa> (Klein)", "RK".to_owned()),
            ("e\u{301}lodie d'Arc", "E\u{301}D".to_owned()),
            ("\u{200b} Rosa", "R".to_owned()),
            ("<>", "<".to_owned()),
            ("24/7 Plumbing", "2P".to_owned()),
            ("\u{915}\u{94d}\u{937}\u{92e}\u{93e}", "\u{915}\u{94d}\u{937}".to_owned()),
            ("", String::new()),
        ];
        for (name, initials_of) in cases {
            assert_eq!(initials(name), initials_of, "{name:?}");
        }
    }
}
