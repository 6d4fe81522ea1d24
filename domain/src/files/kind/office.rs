//! Office documents. They share two containers, zip and Microsoft's older one, so what is inside
//! has to be looked at; where the head does not reach that far the name decides between documents.

use super::{DOWNLOAD, Kind};

const OLD_CONTAINER: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const ENTRY: &[u8] = b"PK\x03\x04";

const WORD: Kind =
    Kind::binary("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document");
const EXCEL: Kind =
    Kind::binary("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook");
const POWERPOINT: Kind = Kind::binary(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "PowerPoint slides",
);

/// OpenDocument and EPUB say their media type in the first entry of the zip.
const DECLARED: [Kind; 4] = [
    Kind::binary("application/vnd.oasis.opendocument.text", "OpenDocument text"),
    Kind::binary("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet"),
    Kind::binary("application/vnd.oasis.opendocument.presentation", "OpenDocument slides"),
    Kind::binary("application/epub+zip", "E-book"),
];

/// What is in a zip or an old container; `None` for any other file.
pub(super) fn sniff(head: &[u8], extension: &str) -> Option<Kind> {
    if head.starts_with(OLD_CONTAINER) {
        return Some(old(extension));
    }
    if head.starts_with(ENTRY) || head.starts_with(b"PK\x05\x06") {
        return Some(declared(head).unwrap_or_else(|| zipped(head, extension)));
    }
    None
}

/// The old container holds installers too, and tells them apart only deep inside.
fn old(extension: &str) -> Kind {
    match extension {
        "doc" | "dot" => Kind::binary("application/msword", "Word document"),
        "xls" | "xlt" => Kind::binary("application/vnd.ms-excel", "Excel workbook"),
        "ppt" | "pps" => Kind::binary("application/vnd.ms-powerpoint", "PowerPoint slides"),
        "msg" => Kind::binary(DOWNLOAD, "Email"),
        _ => Kind::download("File"),
    }
}

fn declared(head: &[u8]) -> Option<Kind> {
    let first = entries(head).next().filter(|name| *name == b"mimetype")?;
    let content = head.get(30 + first.len()..)?;
    // A template's type begins with its document's, and is opened like it.
    DECLARED.into_iter().find(|kind| content.starts_with(kind.media_type.as_bytes()))
}

fn zipped(head: &[u8], extension: &str) -> Kind {
    let mut office = false;
    for name in entries(head) {
        match name {
            _ if name.starts_with(b"word/") => return WORD,
            _ if name.starts_with(b"xl/") => return EXCEL,
            _ if name.starts_with(b"ppt/") => return POWERPOINT,
            b"AndroidManifest.xml" | b"META-INF/MANIFEST.MF" => return Kind::download("Program"),
            b"[Content_Types].xml" => office = true,
            _ => office |= name.starts_with(b"_rels/") || name.starts_with(b"docProps/"),
        }
    }
    match extension {
        "docx" if office => WORD,
        "xlsx" if office => EXCEL,
        "pptx" if office => POWERPOINT,
        _ => Kind::binary("application/zip", "Zip archive"),
    }
}

/// The names of a zip's entries, as far as the head shows them.
fn entries(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = head.windows(ENTRY.len()).enumerate().filter(|(_, bytes)| *bytes == ENTRY);
    starts.filter_map(|(start, _)| {
        let header = head.get(start..start + 30)?;
        let length = usize::from(u16::from_le_bytes([header[26], header[27]]));
        head.get(start + 30..start + 30 + length)
    })
}
