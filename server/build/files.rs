//! Files that go out as they are: fonts and images.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Asset, BuildResult};

/// Everything in `style/fonts` and `style/images`, under the folder's name; licences stay at home.
pub fn read(style: &Path) -> BuildResult<Vec<Asset>> {
    let mut assets = Vec::new();
    for folder in ["fonts", "images"] {
        for file in listed(&style.join(folder))? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if !name.ends_with(".txt") && !name.ends_with(".md") {
                assets.push(Asset::new(&format!("{folder}/{name}"), fs::read(&file)?)?);
            }
        }
    }
    Ok(assets)
}

/// The files of a folder by name; none when there is no such folder.
pub fn listed(folder: &Path) -> BuildResult<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
