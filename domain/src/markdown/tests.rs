use super::to_text;
use super::{LIMIT, MOST_ESCAPES, tame};

/// The HTML without the mark that every block has.
fn to_html(md: &str) -> String {
    super::to_html(md).replace(" dir=\"auto\"", "")
}

#[test]
fn what_people_write_becomes_what_they_mean() {
    let cases = [
        ("Hello, *you* and **you**.", "<p>Hello, <em>you</em> and <strong>you</strong>.</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("~~gone~~ `code`", "<p><del>gone</del> <code>code</code></p>"),
        ("# Title\n\n## Part\n\n##### Deep", "<h3>Title</h3>\n<h4>Part</h4>\n<h6>Deep</h6>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("3. three\n4. four", "<ol start=\"3\">\n<li>three</li>\n<li>four</li>\n</ol>"),
        ("- [x] done\n- [ ] open", "<ul>\n<li>☑ done</li>\n<li>☐ open</li>\n</ul>"),
        ("- [ ]\n  ```\n  a\n  ```", "<ul>\n<li>☐ \n<pre><code>a\n</code></pre>\n</li>\n</ul>"),
        ("```rust\nlet a = \"<b>\";\n```", "<pre><code>let a = \"&lt;b&gt;\";\n</code></pre>"),
        (
            "7. May: call\n9. May: visit\n3. June: sign",
            "<ol start=\"7\">\n<li>May: call</li>\n<li value=\"9\">May: visit</li>\n<li value=\"3\">June: sign</li>\n</ol>",
        ),
        (
            "07. x\n2) y",
            "<ol start=\"7\">\n<li data-typed=\"07.\">x</li>\n</ol>\n<ol start=\"2\">\n<li data-typed=\"2)\">y</li>\n</ol>",
        ),
        ("Open 9~12 and 13~17, ~~not 18~~", "<p>Open 9~12 and 13~17, <del>not 18</del></p>"),
        ("含**「重点」**内容", "<p>含<strong>「重点」</strong>内容</p>"),
        ("Until then.\n-- \nRosa", "<p>Until then.<br>\n--<br>\nRosa</p>"),
        ("Hello\n-----\nFrom: Theo\n===", "<p>Hello</p>\n<hr>\n<p>From: Theo<br>\n===</p>"),
        ("[Rosa]: today", "<p>[Rosa]: today</p>"),
        ("```\n[a]: b\n---\n```", "<pre><code>[a]: b\n---\n</code></pre>"),
        ("```call Rosa\nnow\n```", "<pre><code>call Rosa\nnow\n</code></pre>"),
        (
            "a|b\n-|-\n1|2|3",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2 | 3</td>\n</tr>\n</tbody>\n</table>",
        ),
        ("Fish & chips < 5", "<p>Fish &amp; chips &lt; 5</p>"),
        ("", ""),
    ];
    for (md, html) in cases {
        assert_eq!(to_html(md).trim_end(), html, "{md:?}");
    }
}

#[test]
fn tables_keep_their_alignment_and_have_a_body() {
    let html = to_html("| a | b |\n|---|--:|\n| 1 | 2 |");
    for part in ["<thead>", "<tbody>", "<th align=\"right\">b</th>", "<td align=\"right\">2</td>"] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn links_go_out_and_say_so() {
    let rel = "rel=\"noopener nofollow ugc\"";
    let cases = [
        (
            "[a](https://example.com/?a=1&b=2)",
            format!("<p><a href=\"https://example.com/?a=1&amp;b=2\" {rel}>a</a></p>"),
        ),
        (
            "https://example.com.",
            format!("<p><a href=\"https://example.com\" {rel}>https://example.com</a>.</p>"),
        ),
        ("www.example.com", format!("<p><a href=\"http://www.example.com\" {rel}>www.example.com</a></p>")),
        (
            "rosa@example.com",
            format!("<p><a href=\"mailto:rosa@example.com\" {rel}>rosa@example.com</a></p>"),
        ),
        ("[a](HTTPS://example.com)", format!("<p><a href=\"HTTPS://example.com\" {rel}>a</a></p>")),
        ("[*a*](/portal)", "<p>[<em>a</em>](/portal)</p>".to_owned()),
        ("[a](//example.com)", "<p>[a](//example.com)</p>".to_owned()),
        ("[a](#here)", "<p>[a](#here)</p>".to_owned()),
        ("[a](ftp://example.com)", "<p>[a](ftp://example.com)</p>".to_owned()),
    ];
    for (md, html) in cases {
        assert_eq!(to_html(md).trim_end(), html, "{md:?}");
    }
}

#[test]
fn images_are_links_and_load_nothing() {
    let rel = "rel=\"noopener nofollow ugc\"";
    let there = "https://example.com/a.png";
    let cases = [
        (
            "![the *plan*](https://example.com/a.png)",
            format!("<p><a href=\"{there}\" {rel}>the plan</a></p>"),
        ),
        ("![](https://example.com/a.png)", format!("<p><a href=\"{there}\" {rel}>{there}</a></p>")),
        (
            "[![plan](https://example.com/a.png)](https://example.com/)",
            format!("<p><a href=\"https://example.com/\" {rel}>plan</a></p>"),
        ),
        (
            "![a [b](https://example.com/b) c](https://example.com/a.png)",
            format!("<p><a href=\"{there}\" {rel}>a b c</a></p>"),
        ),
        ("![plan](plan.png)", "<p>![plan](plan.png)</p>".to_owned()),
        ("![](data:image/png;base64,AAAA)", "<p>image</p>".to_owned()),
    ];
    for (md, html) in cases {
        assert_eq!(to_html(md).trim_end(), html, "{md:?}");
    }
}

#[test]
fn html_is_shown_as_the_text_it_is() {
    assert_eq!(to_html("<div>\nhi\n</div>"), "<p>&lt;div&gt;<br>\nhi<br>\n&lt;/div&gt;</p>\n");
    assert_eq!(to_html("a <b>c</b>"), "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n");
}

/// Every tag that comes out, with its attributes.
fn tags(html: &str) -> Vec<&str> {
    let tags = html.split('<').skip(1);
    tags.map(|rest| rest.split_once('>').unwrap().0).collect()
}

/// Whether a tag is one that the cleaner lets through, its attributes in double quotes and nothing
/// beside them.
fn is_harmless(tag: &str) -> bool {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let known = ["p", "a", "br", "pre", "code", "em", "h3", "table", "thead", "tbody", "tr", "th", "td"];
    while !rest.is_empty() {
        let Some((attribute, after)) = rest.split_once("=\"") else {
            return false;
        };
        let Some((value, after)) = after.split_once('"') else {
            return false;
        };
        let allowed = match (name, attribute) {
            ("a", "href") => value.starts_with("http") || value.starts_with("mailto:"),
            ("a", "rel") => value == "noopener nofollow ugc",
            ("a", "title") => true,
            _ => false,
        };
        if !allowed {
            return false;
        }
        rest = after.trim_start();
    }
    known.contains(&name.trim_start_matches('/'))
}

#[test]
fn nothing_hostile_survives() {
    let hostile = [
        "<script>alert(1)</script>",
        "<scr<script>ipt>alert(1)</script>",
        "<SCRIPT SRC=//evil.example></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)><animate onbegin=alert(1)>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<style>*{background:url(https://evil.example)}</style>",
        "<p style=\"position:fixed\" onclick=alert(1) id=a class=b>",
        "<iframe src=https://evil.example></iframe><object data=x><embed src=x>",
        "<form action=https://evil.example><input name=password><button>",
        "<base href=https://evil.example/><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
        "<a href=\"javascript:alert(1)\">a</a>",
        "<!-- --!><script>alert(1)</script> -->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php echo 1 ?><!DOCTYPE html>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](javascript&colon;alert(1))",
        "[a](java%0ascript:alert(1))",
        "[a](&#9;javascript:alert(1))",
        "[a](&#x01;javascript:alert(1))",
        "[a](<java\tscript:alert(1)>)",
        "[a](\u{200b}javascript:alert(1))",
        "[a](vbscript:msgbox(1))",
        "[a](data:text/html,<script>alert(1)</script>)",
        "[a](file:///etc/passwd)",
        "[a](blob:https://example.com/1)",
        "[a]: javascript:alert(1)\n\n[a]",
        "<javascript:alert(1)>",
        "![a](javascript:alert(1))",
        "![a\"onerror=\"alert(1)](https://example.com/\"onload=\"alert(1))",
        "[a](https://example.com/\"onclick=\"alert\\(1\\))",
        "[a](https://example.com 'x\" onmouseover=\"alert(1)')",
        "`<script>`\n\n```\"><script>alert(1)</script>\nx\n```",
        "``` a onclick=alert(1)\nx\n```",
        "| <script> | [a](javascript:alert(1)) |\n|---|---|\n| <img src=x onerror=alert(1)> | b |",
        "# <script>alert(1)</script>",
        "*<script>*alert(1)*</script>*",
        "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;",
        "<div><p><b>never closed **or this _or [this](",
        "\0<script\0>alert(1)</script\0>",
    ];
    for md in hostile {
        let html = to_html(md);
        for tag in tags(&html) {
            assert!(is_harmless(tag), "{tag} from {md:?}");
        }
    }
}

/// The deepest that tags stand within each other.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in tags(html).into_iter().filter(|tag| !matches!(*tag, "br" | "hr")) {
        depth = if tag.starts_with('/') { depth - 1 } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    assert_eq!(depth, 0, "every tag is closed");
    deepest
}

/// Texts made to be expensive or to break a limit, each about as long as [`LIMIT`].
fn expensive() -> Vec<String> {
    let repeated = [
        ">", "- ", "1. ", "*", "*a _b ", "a**b ", "~~a ", "[", "![", "<", "<!--", "<div>", "&", "www.",
        "a@b.co ", "|-\n", "\n", "a\n", "# a\n", "\\*", "\0", "\u{202e}",
    ];
    let mut texts: Vec<String> = repeated.iter().map(|part| part.repeat(LIMIT / part.len())).collect();
    texts.extend([
        format!("{}{}", "*a ".repeat(40_000), "*".repeat(40_000)),
        (0..500).map(|i| format!("{}- a\n", "  ".repeat(i))).collect(),
        (0..500).map(|i| format!("{}a\n\n", "> ".repeat(i % 250))).collect(),
        (0..700).map(|i| "`".repeat(i) + " ").collect(),
        format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "|a\n".repeat(80_000)),
        format!("[a]: /{}\n\n{}", "u".repeat(50_000), "[a]".repeat(60_000)),
        format!("{}x{}", "[".repeat(50_000), "](https://example.com)".repeat(9_000)),
    ]);
    texts
}

#[test]
fn no_text_is_too_expensive_too_deep_or_swells() {
    for md in expensive() {
        let html = to_html(&md);
        let begins: String = md.chars().take(12).collect();
        assert!(html.len() <= 10 * LIMIT, "{begins:?}: {} bytes", html.len());
        assert!(depth(&html) <= tame::DEEPEST + 4, "{begins:?}");
        assert!(to_text(&md, 200).chars().count() <= 200, "{begins:?}");
    }
}

#[test]
fn what_is_too_expensive_is_shown_as_typed() {
    let md = format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "|<b>\n".repeat(8_000));
    let html = to_html(&md);
    assert!(html.starts_with("<pre>|a|a|") && html.ends_with("|&lt;b&gt;\n</pre>\n"));
    assert_eq!(tags(&html), ["pre", "/pre"]);
    let signs = "&".repeat(MOST_ESCAPES + 1);
    assert_eq!(to_html(&signs), format!("<pre>{}</pre>\n", "&amp;".repeat(MOST_ESCAPES + 1)));
    let tables = "| some words | 12,000 | more words | x |\n".repeat(LIMIT / 50);
    assert!(to_html(&format!("|a|b|c|d|\n|-|-|-|-|\n{tables}")).starts_with("<table>"), "a real text is not");
}

#[test]
fn what_lies_too_deep_is_still_read() {
    let quotes = to_html(&format!("{}*deep*", "> ".repeat(60)));
    assert!(depth(&quotes) <= tame::DEEPEST);
    assert!(quotes.contains("&gt; <em>deep</em></p>"), "{quotes}");

    let list: String = (0..60).map(|i| format!("{}- level {i}\n", "  ".repeat(i))).collect();
    let list = to_html(&list);
    for level in ["<li>level 0", "level 11", "- level 59"] {
        assert!(list.contains(level), "{level} in {list}");
    }
}

#[test]
fn a_text_that_is_too_long_ends_with_a_word_about_it() {
    let line = "A line that is quite ordinary, é.\n\n";
    let fits = line.repeat(LIMIT / line.len());
    assert!(!to_html(&fits).contains("too long"));
    let html = to_html(&line.repeat(1_048_576 / line.len()));
    assert!(html.ends_with("<p><em>This text is too long to show in full here.</em></p>\n"));
    assert!(to_html(&"é".repeat(LIMIT)).contains("too long"), "cut between characters");
}

#[test]
fn words_alone() {
    let cases = [
        ("# Title\n\nSome *plain* [prose](https://example.com).", 100, "Title\nSome plain prose."),
        ("- one\n- [x] two\n\n7. three\n3. four", 100, "- one\n☑ two\n7. three\n3. four"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", 100, "a b\n1 2"),
        ("> said\n\n```\ncode\n```\n\n![plan](https://example.com/a.png)", 100, "said\ncode\nplan"),
        ("one\ntwo", 100, "one\ntwo"),
        ("<b>bold</b>", 100, "<b>bold</b>"),
        ("a\u{7}b\u{1b}[0m", 100, "ab[0m"),
        ("The quick brown fox", 19, "The quick brown fox"),
        ("The quick brown fox", 18, "The quick brown…"),
        ("The quick brown fox", 17, "The quick brown…"),
        ("The quick brown fox", 16, "The quick brown…"),
        ("The quick brown fox", 15, "The quick…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("éééééé", 3, "éé…"),
        ("long", 1, "…"),
        ("long", 0, ""),
        ("", 10, ""),
    ];
    for (md, most, words) in cases {
        assert_eq!(to_text(md, most), words, "{md:?} in {most}");
    }
}

#[test]
fn definitions_stay_to_be_read_and_lead_where_they_say() {
    let html = to_html("See [the docs][1], [1] and [2].\n\n> [1]: https://example.com/a \"A\"\n\n[2]: today");
    assert!(
        html.contains(
            "<a href=\"https://example.com/a\" title=\"A\" rel=\"noopener nofollow ugc\">the docs</a>"
        ),
        "{html}"
    );
    assert!(html.contains(" rel=\"noopener nofollow ugc\">[1]</a> and [2]."), "{html}");
    assert!(html.contains("and [2].") && html.contains("[2]: today"), "{html}");
    assert!(html.contains("<p>[1]: <a href=\"https://example.com/a\""), "{html}");
}

/// What people and agents write, by the line. A number stands for a word.
const LINES: [&str; 52] = [
    "[1]: 2",
    "[1]: <2> \"3\"",
    "> [1]: 2",
    "- [1]: 2",
    "4. [1\n2]: 3",
    "[^1]: https://x.example/ 2",
    "[1](2)",
    "![1](2 \"3\")",
    "| 1 | 2 |",
    "|---|---|",
    "|-|",
    "| 1 | 2 | 3 |",
    "1|2|3",
    "-|-",
    "-----",
    "-- ",
    "-",
    "===",
    "``` 1 2",
    "```",
    "~~~",
    "    1",
    "\t[1]: 2",
    "<1>",
    "<!-- 1 -->",
    "<div 1=\"2\">",
    "1 <2@3.example>",
    "**1**",
    "~~1~2~~~",
    "*1 _2*",
    "# 1 #",
    "1\\",
    "",
    "\"1\"",
    "<1:2>",
    "&1;",
    "[1][2]",
    "[1]:",
    "1: [",
    "]: 1",
    "(1)",
    "'1",
    "- [ ] 1",
    "[x] 1",
    "[[1|2]]",
    "1\r[2]: 3\r\n",
    "> > 1",
    "  - 1",
    ":-",
    "[1\\]: 2",
    "[1]: /2 '3",
    "- - - - 1",
];

proptest::proptest! {
    #[test]
    fn every_word_can_be_read(lines in proptest::collection::vec(0..LINES.len(), 1..12)) {
        let mut words = 0;
        let md: String = lines.iter().map(|line| {
            words += 3;
            let line = LINES[*line];
            let word = |n: usize| format!("q{}w", words - 3 + n);
            format!("{}\n", line.replace('1', &word(1)).replace("2", "\u{1}").replace('3', "\u{2}")
                .replace('\u{1}', &word(2)).replace('\u{2}', &word(3)))
        }).collect();
        let read: Vec<String> = (1..=words).map(|n| format!("q{n}w")).filter(|word| md.contains(word.as_str())).collect();
        let html = to_html(&md);
        let shown: String = html.split('<').map(|rest| rest.split_once('>').map_or(rest, |(_, text)| text)).collect();
        let text = to_text(&md, 10_000);
        for word in read {
            proptest::prop_assert!(shown.contains(&word), "{word} of {md:?} in {html:?}");
            proptest::prop_assert!(text.contains(&word), "{word} of {md:?} in {text:?}");
        }
    }

    #[test]
    fn every_number_is_the_one_that_was_typed(numbers in proptest::collection::vec(0_u32..40, 1..9), paren: bool) {
        let sign = if paren { ')' } else { '.' };
        let md: String = numbers.iter().map(|number| format!("{number}{sign} May\n")).collect();
        let html = to_html(&md);
        let attribute = |tag: &str, name: &str| {
            tag.split_once(&format!("{name}=\"")).map(|(_, rest)| rest.split_once('"').unwrap().0.to_owned())
        };
        let (mut next, mut counted) = (1, Vec::new());
        for tag in tags(&html) {
            if tag.starts_with("ol") {
                next = attribute(tag, "start").map_or(1, |start| start.parse().unwrap());
            } else if tag.starts_with("li") {
                let number: u32 = attribute(tag, "value").map_or(next, |value| value.parse().unwrap());
                proptest::prop_assert_eq!(attribute(tag, "data-typed"), paren.then(|| format!("{number})")));
                counted.push(number);
                next = number + 1;
            }
        }
        proptest::prop_assert_eq!(counted, numbers);
    }
}

#[test]
fn every_block_reads_in_its_own_direction() {
    let html = super::to_html(
        "Notes:\n\n- \u{5e9}\u{5dc}\u{5d5}\u{5dd}\n\n> \u{645}\u{631}\u{62d}\u{628}\u{627}\n\n1. x\n\n|a|\n|-|\n\n# h",
    );
    for tag in ["<p ", "<ul ", "<blockquote ", "<ol ", "<table ", "<h3 "] {
        assert!(html.contains(&format!("{tag}dir=\"auto\"")), "{tag} in {html}");
    }
}
