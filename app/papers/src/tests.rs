use chrono::{DateTime, Utc};

use super::*;

fn words(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

fn invoice(lines: usize) -> Paper {
    let column = |heading: &str, share, is_number| Column { heading: heading.to_owned(), share, is_number };
    let sum = |label: &str, amount: &str, is_total| Sum {
        label: label.to_owned(),
        amount: amount.to_owned(),
        is_total,
    };
    Paper {
        kind: "Invoice".to_owned(),
        number: "0042".to_owned(),
        state: None,
        language: "en-US".to_owned(),
        size: PaperSize::Letter,
        accent: [0x0f, 0x6b, 0x5c],
        date: DateTime::<Utc>::from_timestamp(1_796_000_000, 0).unwrap(),
        sender: "Northlight Digital".to_owned(),
        parties: vec![
            Party {
                heading: "From".to_owned(),
                address: "Northlight Digital\n12 Quay Street\nPortland, OR 97201".to_owned(),
            },
            Party {
                heading: "Bill to".to_owned(),
                address: "Hale & Partners\n3 River Walk\nPortland, OR 97201".to_owned(),
            },
        ],
        facts: words(&[("Issued", "December 1, 2026"), ("Due", "December 15, 2026")]),
        columns: vec![column("Description", 4, false), column("Amount", 1, true)],
        rows: (1..=lines)
            .map(|line| vec![format!("Desk plan, month {line}"), format!("${line},000.00")])
            .collect(),
        sums: vec![
            sum("Subtotal", "$5,000.00", false),
            sum("Sales tax 8% on $5,000.00", "$400.00", false),
            sum("Amount due", "$5,400.00", true),
        ],
        notes: vec!["Thank you for your business.".to_owned()],
        details: Some(Details {
            heading: "Pay by bank transfer".to_owned(),
            rows: words(&[
                ("Bank", "First Bank of Portland"),
                ("Routing", "123 000 848"),
                ("Reference", "INV-0042"),
            ]),
            code: None,
        }),
    }
}

/// How many pages a file says that it has.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    let count = text.split("/Count ").nth(1).unwrap();
    count.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// What each page of a file says to whoever copies it, its line breaks as blanks.
fn read(pdf: &[u8]) -> Vec<String> {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let of = |page: u32| {
        let text = document.extract_text(&[page]).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    document.get_pages().into_keys().map(of).collect()
}

#[test]
fn a_paper_says_what_was_put_on_it() {
    let said = read(&render(&invoice(2)).unwrap());
    assert_eq!(said.len(), 1);
    for words in [
        "Invoice 0042",
        "December 15, 2026",
        "Hale & Partners",
        "3 River Walk",
        "Desk plan, month 2",
        "$2,000.00",
        "Sales tax 8% on $5,000.00",
        "$400.00",
        "Amount due",
        "$5,400.00",
        "123 000 848",
        "Thank you for your business.",
        "Page 1 of 1",
    ] {
        assert!(said[0].contains(words), "{words} in {}", said[0]);
    }
}

#[test]
fn each_page_of_a_long_list_says_its_heads_and_its_number_and_no_line_is_lost() {
    let said = read(&render(&invoice(60)).unwrap());
    for (at, page) in said.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", at + 1, said.len())), "{page}");
        assert_eq!(page.contains("Description"), page.contains("Desk plan, month"), "{page}");
    }
    let all = said.join(" ");
    for line in 1..=60 {
        assert_eq!(
            all.matches(&format!("Desk plan, month {line} ${line},000.00")).count(),
            1,
            "{line} in {all}"
        );
    }
}

#[test]
fn the_same_words_are_the_same_bytes() {
    let paper = invoice(3);
    let pdf = render(&paper).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert_eq!(pdf, render(&paper).unwrap());
    assert_ne!(pdf, render(&invoice(4)).unwrap());
    assert!(pdf.len() < 120_000, "{} bytes: only the letters that it needs", pdf.len());
}

#[test]
fn a_long_list_goes_on_over_pages() {
    assert_eq!(pages(&render(&invoice(3)).unwrap()), 1);
    assert_eq!(pages(&render(&invoice(60)).unwrap()), 3);
    assert_eq!(pages(&render(&Paper { size: PaperSize::A4, ..invoice(60) }).unwrap()), 3);
}

/// What a file would be refused for: a letter that no typeface has, or one that stands for nothing.
#[test]
fn no_words_break_it() {
    let long = "Donaudampfschifffahrtsgesellschaft".repeat(400);
    let hostile = [
        "",
        "\u{0}\u{7}\u{1b}[31m",
        "👩‍👩‍👧‍👦 🏳️‍🌈 ✅",
        "שלום עולם, 5,000",
        "مرحبا بالعالم",
        "漢字かな交じり文",
        "e\u{301}\u{301}\u{301}",
        "\u{202e}drawkcab",
        "\u{fffd}\u{10ffff}\u{e000}",
        "a\tb\r\nc\u{a0}d\u{2028}e",
        "fi ffl ﬁ",
        "Ωμέγα Привет",
        &long,
        "\n\n\n\n",
    ];
    for text in hostile {
        let mut paper = invoice(2);
        paper.number = text.to_owned();
        paper.sender = text.to_owned();
        paper.parties[1].address = text.chars().take(2_000).collect();
        paper.rows[0][0] = text.to_owned();
        paper.notes = vec![text.to_owned()];
        let pdf = render(&paper).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let said = read(&pdf).join(" ");
        for kept in ["$1,000.00", "Desk plan, month 2", "$2,000.00", "$400.00", "$5,400.00", "123 000 848"] {
            assert!(said.contains(kept), "{kept} is lost beside {text:?}: {said}");
        }
    }
}

#[test]
fn a_line_longer_than_a_page_goes_on() {
    let mut paper = invoice(1);
    paper.rows[0][0] = "one line after the other ".repeat(1_500);
    assert!(pages(&render(&paper).unwrap()) > 2);
}

#[test]
fn a_code_is_drawn_with_its_words() {
    let mut paper = invoice(1);
    let code = Code {
        description: "QR code of this transfer".to_owned(),
        caption: "Scan it.".to_owned(),
        width: 3,
        modules: vec![true, false, true, false, true, false, true, false, true],
    };
    let without = render(&paper).unwrap();
    paper.details.as_mut().unwrap().code = Some(code);
    let with = render(&paper).unwrap();
    assert_ne!(with, without);
}
