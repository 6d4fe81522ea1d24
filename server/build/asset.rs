//! One file as the browser will get it.

use sha2::{Digest, Sha256};

use super::BuildResult;

/// A file and its names.
#[derive(Clone)]
pub struct Asset {
    /// What the server calls it, as `main.css` or `fonts/serif.woff2`.
    pub name: String,
    /// The beginning of its content's digest.
    pub hash: String,
    /// Where browsers get it; the digest in it lets them keep it for good.
    pub url: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Asset {
    /// Names the bytes by their digest.
    pub fn new(name: &str, bytes: Vec<u8>) -> BuildResult<Self> {
        let file = name.rsplit('/').next().unwrap_or(name);
        let (stem, extension) = file.rsplit_once('.').ok_or_else(|| format!("{name} has no extension"))?;
        let digest = Sha256::digest(&bytes);
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let url = format!("/assets/{stem}.{hash}.{extension}");
        Ok(Self { name: name.to_owned(), content_type: content_type(extension)?, url, hash, bytes })
    }

    /// Whether compressing it again would gain something.
    pub fn is_compressible(&self) -> bool {
        !matches!(self.content_type, "font/woff2" | "image/png" | "image/webp")
    }
}

fn content_type(extension: &str) -> BuildResult<&'static str> {
    Ok(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        other => return Err(format!("no media type is known for .{other} files").into()),
    })
}
