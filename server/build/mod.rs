//! The order of the work: fonts have to be named before the styles that use them, the wasm before the scripts.

mod asset;
mod compress;
mod files;
mod minify;
mod scripts;
mod shorten;
mod styles;
mod table;
mod wasm;

use std::env;
use std::path::{Path, PathBuf};

use asset::Asset;

/// Anything that stops the build, in words.
type BuildResult<T> = Result<T, Box<dyn std::error::Error>>;

/// How much is built, and how well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Front {
    /// As fast as can be.
    Quick,
    /// As small as can be, compressed in advance.
    Small,
    /// Without wasm and scripts, for work on the server alone.
    Without,
}

/// Builds everything into OUT_DIR and tells cargo what it was built from.
pub fn build() -> BuildResult<()> {
    let root =
        Path::new(&env::var("CARGO_MANIFEST_DIR")?).parent().ok_or("the server has no workspace")?.to_owned();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let front = Front::chosen()?;
    watch(&root);
    let mut assets = files::read(&root.join("style"))?;
    assets.push(styles::build(&root.join("style"), &assets)?);
    if front != Front::Without {
        assets.extend(halves(&root, &out, front)?);
    }
    table::write(&out, &assets, front == Front::Small)
}

/// The browser's half twice: `front` as most pages need it, `workshop` with every island. A quick build makes only the
/// whole one, which serves under both names.
fn halves(root: &Path, out: &Path, front: Front) -> BuildResult<Vec<Asset>> {
    let (boot, mut assets) = (root.join("app/islands/boot.js"), Vec::new());
    let [glue, wasm] = wasm::build(root, out, front, "workshop")?;
    assets.push(scripts::boot(&boot, "workshop-boot.js", &glue, &wasm)?);
    if front == Front::Small {
        let [glue, wasm] = wasm::build(root, out, front, "front")?;
        assets.push(scripts::boot(&boot, "front-boot.js", &glue, &wasm)?);
        assets.extend([glue, wasm]);
    } else {
        assets.push(scripts::boot(&boot, "front-boot.js", &glue, &wasm)?);
        assets.push(Asset { name: "front.js".to_owned(), ..glue.clone() });
    }
    assets.extend([glue, wasm]);
    Ok(assets)
}

impl Front {
    fn chosen() -> BuildResult<Self> {
        match env::var("THROUGHLINE_FRONT").as_deref() {
            Ok("small") => Ok(Self::Small),
            Ok("none") => Ok(Self::Without),
            Ok("") | Err(_) if env::var("PROFILE").as_deref() == Ok("release") => Ok(Self::Small),
            Ok("") | Err(_) => Ok(Self::Quick),
            Ok(other) => {
                Err(format!("THROUGHLINE_FRONT is '{other}'; it may be small, none, or not set").into())
            }
        }
    }
}

/// Cargo runs this script again when one of these changes; folders are watched with all that is in them.
fn watch(root: &Path) {
    println!("cargo::rerun-if-env-changed=THROUGHLINE_FRONT");
    let sources = [
        ".cargo/config.toml",
        "Cargo.lock",
        "Cargo.toml",
        "app/islands",
        "app/wire",
        "server/build",
        "server/build.rs",
        "style",
        // Not for the browser: sqlx::migrate! reads the folder without telling cargo of new files.
        "migrations",
    ];
    for source in sources {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
}
