//! The kinds by name: what the detector calls them, and what the pages do.

use super::{DOWNLOAD, Kind};

const AUDIO: Kind = Kind::download("Sound recording");
const VIDEO: Kind = Kind::download("Video");
const PROGRAM: Kind = Kind::download("Program");
const ARCHIVE: Kind = Kind::download("Archive");

/// Binary kinds, by the media type that `infer` reports. Pictures are shown only where every
/// browser can; sound, video and whatever is missing here are downloads.
pub(super) const BINARY: &[(&str, Kind)] = &[
    ("application/pdf", Kind::binary("application/pdf", "PDF document")),
    ("application/rtf", Kind::binary("application/rtf", "RTF document")),
    ("image/png", Kind::image("image/png", "PNG image")),
    ("image/jpeg", Kind::image("image/jpeg", "JPEG image")),
    ("image/gif", Kind::image("image/gif", "GIF image")),
    ("image/webp", Kind::image("image/webp", "WebP image")),
    ("image/avif", Kind::image("image/avif", "AVIF image")),
    ("image/heif", Kind::binary("image/heif", "HEIC photo")),
    ("image/tiff", Kind::binary("image/tiff", "TIFF image")),
    ("image/bmp", Kind::binary("image/bmp", "BMP image")),
    ("image/vnd.adobe.photoshop", Kind::download("Photoshop file")),
    ("image/vnd.dwg", Kind::download("AutoCAD drawing")),
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
pub(super) const TEXT: &[(&[&str], Kind)] = &[
    (&["md", "markdown"], Kind::text("text/markdown", "Markdown")),
    (&["csv"], Kind::text("text/csv", "CSV table")),
    (&["txt", "text", "log", "tsv", "ini", "yml", "yaml"], Kind::text("text/plain", "Text")),
    (&["json"], Kind::text("text/plain", "JSON")),
    (&["html", "htm", "xhtml", "hta", "mht"], Kind::text(DOWNLOAD, "HTML page")),
    (&["svg"], Kind::text(DOWNLOAD, "SVG drawing")),
    (&["xml", "xsl", "xslt"], Kind::text(DOWNLOAD, "XML document")),
    (&["eml"], Kind::text(DOWNLOAD, "Email")),
    (&["ics"], Kind::text(DOWNLOAD, "Calendar entry")),
    (&["vcf"], Kind::text(DOWNLOAD, "Contact")),
    (
        &[
            "js", "mjs", "cjs", "ts", "sh", "bash", "bat", "cmd", "ps1", "vbs", "wsf", "py", "rb", "pl",
            "php", "lua", "reg", "desktop", "css",
        ],
        Kind::text(DOWNLOAD, "Script"),
    ),
];
