//! Office documents. They share two containers, zip and Microsoft's older one, so what is inside
//! has to be looked at; where the head does not reach that far the name decides between documents.

use super::{DOWNLOAD, FileKind};

const OLD_CONTAINER: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const ENTRY: &[u8] = b"PK\x03\x04";

const WORD: FileKind = FileKind::binary(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "Word document",
);
const EXCEL: FileKind =
    FileKind::binary("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook");
const POWERPOINT: FileKind = FileKind::binary(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "PowerPoint slides",
);

/// OpenDocument and EPUB say their media type in the first entry of the zip.
const DECLARED: [FileKind; 4] = [
    FileKind::binary("application/vnd.oasis.opendocument.text", "OpenDocument text"),
    FileKind::binary("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet"),
    FileKind::binary("application/vnd.oasis.opendocument.presentation", "OpenDocument slides"),
    FileKind::binary("application/epub+zip", "E-book"),
];

/// What is in a zip or an old container; `None` for any other file.
pub(super) fn sniff(head: &[u8], extension: &str) -> Option<FileKind> {
    if head.starts_with(OLD_CONTAINER) {
        return Some(old(extension));
    }
    if head.starts_with(ENTRY) || head.starts_with(b"PK\x05\x06") {
        return Some(declared(head).unwrap_or_else(|| zipped(head, extension)));
    }
    None
}

/// The old container holds installers too, and tells them apart only deep inside.
fn old(extension: &str) -> FileKind {
    match extension {
        "doc" | "dot" => FileKind::binary("application/msword", "Word document"),
        "xls" | "xlt" => FileKind::binary("application/vnd.ms-excel", "Excel workbook"),
        "ppt" | "pps" => FileKind::binary("application/vnd.ms-powerpoint", "PowerPoint slides"),
        "msg" => FileKind::binary(DOWNLOAD, "Email"),
        _ => FileKind::download("File"),
    }
}

fn declared(head: &[u8]) -> Option<FileKind> {
    let first = entries(head).next().filter(|name| *name == b"mimetype")?;
    let content = head.get(30 + first.len()..)?;
    // A template's type begins with its document's, and is opened like it.
    DECLARED.into_iter().find(|kind| content.starts_with(kind.media_type.as_bytes()))
}

fn zipped(head: &[u8], extension: &str) -> FileKind {
    let mut office = false;
    for name in entries(head) {
        match name {
            _ if name.starts_with(b"word/") => return WORD,
            _ if name.starts_with(b"xl/") => return EXCEL,
            _ if name.starts_with(b"ppt/") => return POWERPOINT,
            b"AndroidManifest.xml" | b"META-INF/MANIFEST.MF" => return FileKind::download("Program"),
            b"[Content_Types].xml" => office = true,
            _ => office |= name.starts_with(b"_rels/") || name.starts_with(b"docProps/"),
        }
    }
    match extension {
        "docx" if office => WORD,
        "xlsx" if office => EXCEL,
        "pptx" if office => POWERPOINT,
        _ => FileKind::binary("application/zip", "Zip archive"),
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
