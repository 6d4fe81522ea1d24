//! Writes `assets.rs`: the table that the server includes, and the files beside it.

use std::collections::HashSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Asset, BuildResult, compress};

/// The table refers to the files by their absolute paths below OUT_DIR.
pub fn write(out: &Path, assets: &[Asset], compressed: bool) -> BuildResult<()> {
    let folder = out.join("assets");
    fs::create_dir_all(&folder)?;
    let (mut table, mut kept) = (String::from("&[\n"), HashSet::new());
    for asset in assets {
        let file = folder.join(asset.url.trim_start_matches("/assets/"));
        let plain = store(&file, "", || Ok(asset.bytes.clone()), &mut kept)?;
        let [br, gz] = if compressed && asset.is_compressible() {
            let br = store(&file, ".br", || compress::brotli(&asset.bytes), &mut kept)?;
            let gz = store(&file, ".gz", || compress::gzip(&asset.bytes), &mut kept)?;
            [format!("Some({br})"), format!("Some({gz})")]
        } else {
            ["None".to_owned(), "None".to_owned()]
        };
        let Asset { name, url, hash, content_type, .. } = asset;
        writeln!(
            table,
            "    Asset {{ name: {name:?}, url: {url:?}, hash: {hash:?}, content_type: {content_type:?}, plain: {plain}, br: {br}, gz: {gz} }},"
        )?;
    }
    table.push_str("]\n");
    fs::write(out.join("assets.rs"), table)?;
    sweep(&folder, &kept)
}

/// Writes a file unless it is there, and returns the expression that includes it. Names hold the content's digest.
fn store(
    file: &Path,
    suffix: &str,
    bytes: impl FnOnce() -> BuildResult<Vec<u8>>,
    kept: &mut HashSet<String>,
) -> BuildResult<String> {
    let path = format!("{}{suffix}", file.display());
    if !Path::new(&path).exists() {
        fs::write(&path, bytes()?)?;
    }
    let expression = format!("include_bytes!({path:?})");
    kept.insert(path);
    Ok(expression)
}

/// Removes what earlier builds left: a debug wasm is megabytes.
fn sweep(folder: &Path, kept: &HashSet<String>) -> BuildResult<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !kept.contains(&path.display().to_string()) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
