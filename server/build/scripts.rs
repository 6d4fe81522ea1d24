//! The few scripts written by hand.

use std::fs;
use std::path::Path;

use super::files::listed;
use super::{Asset, Outcome};

/// Every `app/js/*.js`, with `__GLUE__` and `__WASM__` replaced by the addresses of the wasm's two halves.
pub fn build(folder: &Path, glue: &Asset, wasm: &Asset) -> Outcome<Vec<Asset>> {
    let mut scripts = Vec::new();
    for file in listed(folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&file)?.replace("__GLUE__", &glue.url).replace("__WASM__", &wasm.url);
        scripts.push(Asset::new(&name, text.into_bytes())?);
    }
    Ok(scripts)
}
