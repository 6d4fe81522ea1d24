//! The browser's half, the crate `islands`: a cargo within cargo, then wasm-bindgen.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use super::shorten::shorten;
use super::{Asset, BuildResult, Front};

const TARGET: &str = "wasm32-unknown-unknown";

/// Builds `islands` for the browser under that name, `front` or `workshop`: its glue script, and the wasm itself.
pub fn build(root: &Path, out: &Path, front: Front, name: &str) -> BuildResult<[Asset; 2]> {
    let features = if name == "workshop" { "workshop" } else { "hydrate" };
    let compiled = compile(root, front, features)?;
    let folder = out.join("bindgen").join(name);
    bind(&compiled, &folder, name)?;
    let glue = Asset::new(&format!("{name}.js"), fs::read(folder.join(format!("{name}.js")))?)?;
    let wasm = Asset::new(&format!("{name}.wasm"), fs::read(folder.join(format!("{name}_bg.wasm")))?)?;
    Ok([glue, wasm])
}

/// A target folder of its own: the outer cargo holds the lock of the usual one. The next build, with other features,
/// puts its wasm in the same place.
fn compile(root: &Path, front: Front, features: &str) -> BuildResult<PathBuf> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("front");
    let (profile, folder) = if front == Front::Small { ("front", "front") } else { ("dev", "debug") };
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // As scripts/front.sh, which shows the progress of the same build: both find what the other has built.
    cargo.args(["rustc", "--package", "islands", "--lib", "--crate-type", "cdylib", "--features", features]);
    cargo.args(["--profile", profile, "--target", TARGET, "--target-dir"]).arg(&target).current_dir(root);
    forget_the_outer_build(&mut cargo);
    let printed = cargo.output().map_err(|reason| format!("cargo could not be run: {reason}"))?;
    if printed.status.success() {
        return Ok(target.join(TARGET).join(folder).join("islands.wasm"));
    }
    let said = String::from_utf8_lossy(&printed.stderr).into_owned();
    if said.contains("can't find crate for `core`") || said.contains("can't find crate for `std`") {
        return Err(format!("the wasm target is missing. Run `rustup target add {TARGET}`").into());
    }
    Err(format!("islands does not compile for {TARGET}\n{said}").into())
}

/// Takes away what cargo and clippy tell a build script about the build it belongs to; it is not about this one.
fn forget_the_outer_build(cargo: &mut Command) {
    const NAMES: [&str; 8] = [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "CLIPPY_ARGS",
        "TARGET",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "DATABASE_URL",
    ];
    const BEGINNINGS: [&str; 4] = ["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "CARGO_PKG_"];
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if NAMES.contains(&name.as_str()) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
            cargo.env_remove(name);
        }
    }
}

/// Runs wasm-bindgen, unless it has run over these very bytes: a change often does not reach the wasm.
fn bind(compiled: &Path, folder: &Path, name: &str) -> BuildResult<()> {
    let stamp = folder.join("bound");
    let digest: String =
        Sha256::digest(fs::read(compiled)?).iter().map(|byte| format!("{byte:02x}")).collect();
    if fs::read_to_string(&stamp).is_ok_and(|bound| bound == digest) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name(name).web(true)?.typescript(false);
    bindgen.keep_debug(false).remove_name_section(true).remove_producers_section(true);
    let mut bound = bindgen.generate_output().map_err(|reason| format!("wasm-bindgen: {reason:#}"))?;
    // A crate may be named there without bringing anything.
    let brings = bound.snippets().values().any(|texts| !texts.is_empty());
    if brings || !bound.local_modules().is_empty() {
        return Err(
            "a dependency of islands brings JavaScript of its own (wasm-bindgen snippets), which is not served"
                .into(),
        );
    }
    let glue = shorten(&mut bound);
    fs::create_dir_all(folder)?;
    fs::write(folder.join(format!("{name}.js")), glue)?;
    fs::write(folder.join(format!("{name}_bg.wasm")), bound.wasm_mut().emit_wasm())?;
    Ok(fs::write(stamp, digest)?)
}
