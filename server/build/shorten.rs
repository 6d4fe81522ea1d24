//! Shorter names between the wasm and its glue.

use std::cmp::Reverse;

use wasm_bindgen_cli_support::Output;

/// wasm-bindgen ends its names with digests, which no compression makes smaller and which stand in both files. Numbers
/// take their place; answers the glue as it then reads, without comments and indentation.
pub fn shorten(bound: &mut Output) -> String {
    let mut glue = tightened(bound.js());
    let module = bound.wasm_mut();
    let imports = module.imports.iter_mut().map(|import| &mut import.name);
    let exports = module.exports.iter_mut().map(|export| &mut export.name);
    let mut names: Vec<_> = imports.chain(exports).filter(|name| has_digest(name)).enumerate().collect();
    // One name may begin like another.
    names.sort_by_key(|(_, name)| Reverse(name.len()));
    for (number, name) in names {
        let short = format!("w{number}");
        glue = glue.replace(name.as_str(), &short);
        *name = short;
    }
    glue
}

/// Only wasm-bindgen's own: islands are called by their names from outside.
fn has_digest(name: &str) -> bool {
    let own = name.starts_with("__wb") || name.starts_with("wasm_bindgen__");
    let end = name.rsplit('_').next().unwrap_or_default();
    let digest = end.strip_prefix('h').unwrap_or(end);
    own && digest.len() == 16 && digest.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Whole lines of comment go; the glue has no texts over several lines.
fn tightened(glue: &str) -> String {
    let lines = glue.lines().map(str::trim);
    let code = lines.filter(|line| {
        !(line.is_empty() || ["//", "/*", "* ", "*/"].iter().any(|mark| line.starts_with(mark)))
    });
    code.collect::<Vec<_>>().join("\n")
}
