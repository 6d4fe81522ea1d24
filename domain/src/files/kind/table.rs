//! The kinds by name: what the detector calls them, and what the pages do.

use super::{DOWNLOAD, FileKind};

const AUDIO: FileKind = FileKind::download("Sound recording");
const VIDEO: FileKind = FileKind::download("Video");
const PROGRAM: FileKind = FileKind::download("Program");
const ARCHIVE: FileKind = FileKind::download("Archive");

/// Binary kinds, by the media type that `infer` reports. Pictures are shown only where every
/// browser can; sound, video and whatever is missing here are downloads.
pub(super) const BINARY: &[(&str, FileKind)] = &[
    ("application/pdf", FileKind::binary("application/pdf", "PDF document")),
    ("application/rtf", FileKind::binary("application/rtf", "RTF document")),
    ("image/png", FileKind::image("image/png", "PNG image")),
    ("image/jpeg", FileKind::image("image/jpeg", "JPEG image")),
    ("image/gif", FileKind::image("image/gif", "GIF image")),
    ("image/webp", FileKind::image("image/webp", "WebP image")),
    ("image/avif", FileKind::image("image/avif", "AVIF image")),
    ("image/heif", FileKind::binary("image/heif", "HEIC photo")),
    ("image/tiff", FileKind::binary("image/tiff", "TIFF image")),
    ("image/bmp", FileKind::binary("image/bmp", "BMP image")),
    ("image/vnd.adobe.photoshop", FileKind::download("Photoshop file")),
    ("image/vnd.dwg", FileKind::download("AutoCAD drawing")),
    ("audio/mpeg", AUDIO),
    ("audio/m4a", AUDIO),
    ("audio/opus", AUDIO),
    ("audio/ogg", AUDIO),
    ("audio/x-flac", AUDIO),
    ("audio/x-wav", AUDIO),
    ("audio/amr", AUDIO),
    ("audio/aac", AUDIO),
    ("audio/x-aiff", AUDIO),
    ("video/mp4", VIDEO),
    ("video/x-m4v", VIDEO),
    ("video/x-matroska", VIDEO),
    ("video/webm", VIDEO),
    ("video/quicktime", VIDEO),
    ("video/x-msvideo", VIDEO),
    ("video/x-ms-wmv", VIDEO),
    ("video/mpeg", VIDEO),
    ("application/gzip", ARCHIVE),
    ("application/x-tar", ARCHIVE),
    ("application/vnd.rar", ARCHIVE),
    ("application/x-7z-compressed", ARCHIVE),
    ("application/x-bzip2", ARCHIVE),
    ("application/x-xz", ARCHIVE),
    ("application/zstd", ARCHIVE),
    ("application/wasm", PROGRAM),
    ("application/x-executable", PROGRAM),
    ("application/vnd.microsoft.portable-executable", PROGRAM),
    ("application/java", PROGRAM),
    ("application/x-mach-binary", PROGRAM),
    ("application/vnd.android.dex", PROGRAM),
    ("application/vnd.debian.binary-package", PROGRAM),
    ("application/x-rpm", PROGRAM),
];

/// Kinds of text by the extension of the name. All of them are text, so a wrong name does no harm.
pub(super) const TEXT: &[(&[&str], FileKind)] = &[
    (&["md", "markdown"], FileKind::text("text/markdown", "Markdown")),
    (&["csv"], FileKind::text("text/csv", "CSV table")),
    (&["txt", "text", "log", "tsv", "ini", "yml", "yaml"], FileKind::text("text/plain", "Text")),
    (&["json"], FileKind::text("text/plain", "JSON")),
    (&["html", "htm", "xhtml", "hta", "mht"], FileKind::text(DOWNLOAD, "HTML page")),
    (&["svg"], FileKind::text(DOWNLOAD, "SVG drawing")),
    (&["xml", "xsl", "xslt"], FileKind::text(DOWNLOAD, "XML document")),
    (&["eml"], FileKind::text(DOWNLOAD, "Email")),
    (&["ics"], FileKind::text(DOWNLOAD, "Calendar entry")),
    (&["vcf"], FileKind::text(DOWNLOAD, "Contact")),
    (
        &[
            "js", "mjs", "cjs", "ts", "sh", "bash", "bat", "cmd", "ps1", "vbs", "wsf", "py", "rb", "pl",
            "php", "lua", "reg", "desktop", "css",
        ],
        FileKind::text(DOWNLOAD, "Script"),
    ),
];
