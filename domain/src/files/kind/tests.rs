use proptest::prelude::*;

use super::*;

/// A zip's local header with a name, and content after it.
fn entry(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 30];
    bytes[..4].copy_from_slice(b"PK\x03\x04");
    bytes[18..22].copy_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
    bytes[26..28].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    [&bytes, name.as_bytes(), content].concat()
}

fn zip(names: &[&str]) -> Vec<u8> {
    names.iter().flat_map(|name| entry(name, b"content")).collect()
}

fn label(head: &[u8], name: &str) -> (&'static str, &'static str) {
    let kind = sniff(head, name);
    (kind.media_type, kind.label)
}

#[test]
fn content_decides_not_the_name() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    for name in ["a.png", "a.txt", "a.html", "a"] {
        assert_eq!(sniff(png, name), FileKind::image("image/png", "PNG image"), "{name}");
    }
    assert_eq!(label(b"\xff\xd8\xff\xe0\0\x10JFIF", "a"), ("image/jpeg", "JPEG image"));
    assert_eq!(label(b"GIF89a\x01\0", "a"), ("image/gif", "GIF image"));
    assert_eq!(label(b"%PDF-1.7\n1 0 obj\n", "a.txt"), ("application/pdf", "PDF document"));
    assert_eq!(label(b"{\\rtf1\\ansi hello}", "a"), ("application/rtf", "RTF document"));
    assert_eq!(label(b"\x1f\x8b\x08\0\0\0", "a.png"), (DOWNLOAD, "Archive"));
    assert_eq!(label(b"\0\x01\x02 nothing known", "a.pdf"), (DOWNLOAD, "File"));
    assert!(!sniff(b"\0\x01\x02 nothing known", "a.png").image);
}

#[test]
fn text_is_text_and_its_name_says_which() {
    let cases = [
        ("# Notes\n", "notes.md", "text/markdown", "Markdown"),
        ("a,b\n1,2\n", "list.CSV", "text/csv", "CSV table"),
        ("a,b\n1,2\n", "list.txt", "text/plain", "Text"),
        ("{\"a\": 1}", "a.json", "text/plain", "JSON"),
        ("Grüße, 田中", "a", "text/plain", "Text"),
        ("\u{feff}with a mark", "a.txt", "text/plain", "Text"),
        ("MZ is how this begins", "a.txt", "text/plain", "Text"),
        ("ID3 as well", "a.mp3", "text/plain", "Text"),
        ("a < b, and <b>c</b>", "a.pdf", "text/plain", "Text"),
        ("", "a.pdf", "text/plain", "Empty file"),
    ];
    for (text, name, media_type, words) in cases {
        assert_eq!(sniff(text.as_bytes(), name), FileKind::text(media_type, words), "{text:?}");
    }
    for bytes in [&b"caf\xe9"[..], b"\xff\xfea\0b\0"] {
        assert_eq!(
            sniff(bytes, "a.csv"),
            FileKind::text("text/csv", "CSV table"),
            "older than UTF-8: {bytes:?}"
        );
    }
    for bytes in [&b"bell \x07"[..], b"nul \0", b"\xe9\x93\xa1\xfe\xd2\xb8"] {
        assert!(!sniff(bytes, "a.bin").text, "{bytes:?}");
    }
    let cut = "é".repeat(HEAD);
    assert!(sniff(&cut.as_bytes()[..HEAD], "a.txt").text);
    assert!(sniff(&["x", &cut].concat().as_bytes()[..HEAD], "a.txt").text, "cut within a character");
    assert!(sniff(b"x\xc3", "a.txt").text, "the last letter of an older encoding");
}

#[test]
fn what_a_browser_could_run_is_only_downloaded() {
    let cases: [(&[u8], &str, &str); 18] = [
        (b"<!DOCTYPE html><p>hi", "a.txt", "HTML page"),
        (b" \n<HTML >", "a.md", "HTML page"),
        (b"\xef\xbb\xbf<script>alert(1)</script>", "a.csv", "HTML page"),
        (b"<!-- x --><html><body>", "a", "HTML page"),
        (b"<x><script>alert(1)</script>", "a.txt", "HTML page"),
        (b"plain words", "a.html", "HTML page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png", "SVG drawing"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<svg>", "a", "SVG drawing"),
        (b"<?xml version='1.0'?><a/>", "a.txt", "XML document"),
        (b"#!/bin/sh\nrm -rf /", "a.txt", "Script"),
        (b"alert(1)", "a.JS", "Script"),
        (b"Write-Host 1", "a.ps1", "Script"),
        (b"BEGIN:VCALENDAR", "a.ics", "Calendar entry"),
        (b"MZ\x90\0\x03\0", "a.pdf", "Program"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a", "Program"),
        (b"\0asm\x01\0\0\0", "a.png", "Program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "setup.msi", "File"),
        (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", "a.mp4", "Video"),
    ];
    for (head, name, words) in cases {
        let kind = sniff(head, name);
        assert_eq!((kind.media_type, kind.label), (DOWNLOAD, words), "{name}");
        assert!(!kind.inline() && !kind.image, "{name}");
    }
}

#[test]
fn office_documents_are_told_apart_from_archives() {
    let cases = [
        (zip(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), "a", "Word document"),
        (zip(&["[Content_Types].xml", "docProps/app.xml", "xl/workbook.xml"]), "a.zip", "Excel workbook"),
        (zip(&["_rels/.rels", "ppt/presentation.xml"]), "a", "PowerPoint slides"),
        (zip(&["[Content_Types].xml"]), "a.docx", "Word document"),
        (zip(&["[Content_Types].xml"]), "a.pdf", "Zip archive"),
        (zip(&["photo.jpg"]), "a.docx", "Zip archive"),
        (zip(&["META-INF/MANIFEST.MF"]), "a.zip", "Program"),
        (entry("mimetype", b"application/vnd.oasis.opendocument.text"), "a", "OpenDocument text"),
        (
            entry("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            "a",
            "OpenDocument spreadsheet",
        ),
        (entry("mimetype", b"application/epub+zip"), "a", "E-book"),
        (entry("mimetype", b"text/html"), "a", "Zip archive"),
        (b"PK\x05\x06\0\0".to_vec(), "a", "Zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "a.doc", "Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "a.XLS", "Excel workbook"),
    ];
    for (head, name, words) in cases {
        let kind = sniff(&head, name);
        assert_eq!(kind.label, words, "{name}");
        assert!(!kind.inline() && !kind.text, "{name}");
    }
}

#[test]
fn a_browser_shows_pictures_pdf_and_plain_text() {
    let kind = |media_type| FileKind { media_type, label: "", text: false, image: false };
    assert!(kind("application/pdf").inline() && kind("text/plain").inline());
    assert!(FileKind::image("image/png", "").inline());
    assert!(!kind("image/tiff").inline() && !kind(DOWNLOAD).inline());
    for (_, kind) in BINARY {
        assert!(!kind.image || ["png", "jpeg", "gif", "webp", "avif"].contains(&&kind.media_type[6..]));
    }
    for (_, kind) in TEXT {
        assert!(kind.text && (kind.media_type == DOWNLOAD || kind.media_type.starts_with("text/")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_it(
        start in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-", b"RIFF", b"\0\0\0\x18ftyp", b"II*\0", b"OggS", b"\x1a\x45\xdf\xa3", b"\x7fELF", b"<"]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
        name in "[a-z.]{0,12}",
    ) {
        let head = [start, &rest].concat();
        let kind = sniff(&head, &name);
        prop_assert!(!kind.label.is_empty());
        prop_assert!(!kind.media_type.contains("html") && !kind.media_type.contains("svg") && !kind.media_type.contains("xml;"));
        prop_assert!(!kind.text || encoding::read(&head).is_some());
    }
}
