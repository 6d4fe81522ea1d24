//! The script that brings a page to life, written by hand.

use std::fs;
use std::path::Path;

use super::{Asset, BuildResult};

/// The script in `file`, with `__GLUE__` and `__WASM__` replaced by the addresses of the wasm's two halves.
pub fn boot(file: &Path, name: &str, glue: &Asset, wasm: &Asset) -> BuildResult<Asset> {
    let text = fs::read_to_string(file)?.replace("__GLUE__", &glue.url).replace("__WASM__", &wasm.url);
    Asset::new(name, text.into_bytes())
}
