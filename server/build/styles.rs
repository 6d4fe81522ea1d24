//! One stylesheet out of many, in the order of main.css's @import lines.

use std::fs;
use std::path::Path;

use super::minify::minify;
use super::{Asset, BuildResult};

/// Puts each imported file in its line's place, shortens the whole, and points it to the hashed fonts and images.
pub fn build(style: &Path, files: &[Asset]) -> BuildResult<Asset> {
    let whole = inline(&style.join("main.css"))?;
    let linked = link(&minify(&whole), files)?;
    Asset::new("main.css", linked.into_bytes())
}

fn inline(file: &Path) -> BuildResult<String> {
    let text = fs::read_to_string(file).map_err(|reason| format!("{}: {reason}", file.display()))?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut whole = String::with_capacity(text.len());
    for line in text.lines() {
        match line.trim_start().strip_prefix("@import") {
            Some(import) => whole.push_str(&inline(&folder.join(imported(import, file)?))?),
            None => whole.push_str(line),
        }
        whole.push('\n');
    }
    Ok(whole)
}

/// `url("a.css");` → `a.css`. Conditions and layers belong into the file itself.
fn imported<'a>(import: &'a str, file: &Path) -> BuildResult<&'a str> {
    let path = import.trim().strip_suffix(';').map(str::trim).unwrap_or_default();
    let path = path.strip_prefix("url(").and_then(|path| path.strip_suffix(')')).unwrap_or(path);
    let plain =
        path.strip_prefix('"').and_then(|path| path.strip_suffix('"')).filter(|path| !path.contains('"'));
    plain.ok_or_else(|| {
        format!("{}: write @import \"file.css\"; on a line of its own, not @import{import}", file.display())
            .into()
    })
}

/// Replaces `/assets/fonts/NAME` by the file's own address.
fn link(css: &str, files: &[Asset]) -> BuildResult<String> {
    let mut linked = css.to_owned();
    for file in files {
        linked = linked.replace(&format!("/assets/{}\"", file.name), &format!("{}\"", file.url));
    }
    for folder in ["/assets/fonts/", "/assets/images/"] {
        if let Some((_, rest)) = linked.split_once(folder) {
            let missing = rest.split(['"', '\'', ')']).next().unwrap_or_default();
            return Err(format!(
                "the styles use {folder}{missing}, which is not in style/ (quote it with \")"
            )
            .into());
        }
    }
    Ok(linked)
}
