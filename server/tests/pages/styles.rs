//! The build script's shortening of styles: nothing that means something may be lost.

#[path = "../../build/minify.rs"]
mod minify;

use minify::minify;

#[test]
fn spaces_and_comments_that_mean_nothing_go() {
    assert_eq!(
        minify("a { color : red ; }\n\n/* x */\nb,\n i { margin: 0 auto; }"),
        "a{color : red}b,i{margin: 0 auto}"
    );
}

#[test]
fn what_means_something_stays() {
    let kept = [
        "a :hover{x:1}",
        "a{width:calc(1px + 2px)}",
        "a::after{content:\"/* { ; */ \\\" }  \"}",
        "@media (width > 40em) and (hover){a{x:1}}",
        "a{background:url('a  b.png')}",
        "a > b + c ~ d{x:1}",
        "ä{content:\"→  —\"}",
    ];
    for css in kept {
        assert_eq!(minify(css), css);
    }
}

#[test]
fn what_a_comment_parts_stays_parted() {
    assert_eq!(minify("a/**/b{margin:1px/* */2px}"), "a b{margin:1px 2px}");
}

#[test]
fn an_unfinished_comment_or_string_ends_with_the_file() {
    assert_eq!(minify("a{x:1}/* open"), "a{x:1}");
    assert_eq!(minify("a{x:\"open"), "a{x:\"open");
}

/// A colour's two values, in light and in dark, as tokens.css has it.
fn token(tokens: &str, name: &str) -> [f64; 2] {
    let rest =
        tokens.split_once(&format!("--{name}: light-dark(")).unwrap_or_else(|| panic!("no --{name}")).1;
    let values: Vec<f64> =
        rest[..rest.find(')').unwrap()].split(',').map(|hex| luminance(hex.trim())).collect();
    values.try_into().unwrap()
}

/// Relative luminance, as WCAG 2 has it.
fn luminance(hex: &str) -> f64 {
    let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5))
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

const TINTS: [&str; 5] = ["sunk", "line-soft", "waiting-soft", "stop-soft", "person-soft"];

#[test]
fn quiet_words_can_be_read_on_every_ground() {
    let tokens = include_str!("../../../style/tokens.css");
    let on = |words: &'static str, grounds: &'static [&'static str]| {
        let words_of = token(tokens, words);
        grounds.iter().flat_map(move |ground| {
            let ground_of = token(tokens, ground);
            (0..2).map(move |scheme| (words, *ground, scheme, contrast(words_of[scheme], ground_of[scheme])))
        })
    };
    for (words, ground, scheme, contrast) in
        on("soft-bare", &["paper", "card"]).chain(on("soft-deep", &TINTS))
    {
        assert!(contrast >= 4.5, "--{words} on --{ground} ({}): {contrast:.2}", ["light", "dark"][scheme]);
    }
}

/// A tint that forgets it leaves words upon it that cannot be read well, whichever layer they take their colour from.
#[test]
fn whatever_has_a_tint_darkens_the_quiet_words_upon_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../style/components");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let css = minify(&std::fs::read_to_string(&path).unwrap());
        for block in css.split(['{', '}']) {
            let tinted = block.split(';').any(|line| {
                let line = line.trim();
                line.starts_with("background")
                    && TINTS.iter().any(|tint| line.contains(&format!("var(--{tint})")))
            });
            assert!(
                !tinted || block.contains("--soft: var(--soft-deep)"),
                "{}: set --soft: var(--soft-deep) beside this tint: {block}",
                path.display()
            );
        }
    }
    // And the utility takes its colour from there, since its layer wins over every component's.
    let base = minify(include_str!("../../../style/base.css"));
    assert!(base.contains(".soft{color: var(--soft)"), "the utility has another colour");
}
