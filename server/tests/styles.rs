//! The build script's shortening of styles: nothing that means something may be lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../build/minify.rs"]
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
