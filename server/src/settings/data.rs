//! Where the data folder is when nobody says.

use std::env;
use std::path::{Path, PathBuf};

/// There is no home folder and no setting.
#[derive(Debug, thiserror::Error)]
#[error("there is no home folder to keep the data in; set THROUGHLINE_DATA to a folder")]
pub struct NoHome;

/// The data folder that was set, or the default one, absolute.
pub(super) fn folder(set: Option<&Path>) -> Result<PathBuf, NoHome> {
    let folder = match set {
        Some(folder) => folder.to_owned(),
        None => default(rustix::process::geteuid().is_root(), |name| env::var_os(name).map(PathBuf::from))?,
    };
    std::path::absolute(folder).map_err(|_| NoHome)
}

/// Root's home is closed to the user that Postgres runs as, so root's data is where services keep theirs.
fn default(root: bool, variable: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf, NoHome> {
    if root {
        return Ok(PathBuf::from("/var/lib/throughline"));
    }
    let absolute = |name: &str| variable(name).filter(|folder| folder.is_absolute());
    let share = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    share.map(|share| share.join("throughline")).ok_or(NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_depends_on_who_runs_it() {
        let set = |wanted: &'static str, value: &'static str| {
            move |name: &str| (name == wanted).then(|| PathBuf::from(value))
        };
        let folder = |root, variable: &dyn Fn(&str) -> Option<PathBuf>| default(root, variable).ok();
        assert_eq!(folder(true, &set("HOME", "/root")), Some("/var/lib/throughline".into()));
        assert_eq!(folder(false, &set("HOME", "/home/a")), Some("/home/a/.local/share/throughline".into()));
        assert_eq!(folder(false, &set("XDG_DATA_HOME", "/d")), Some("/d/throughline".into()));
        assert_eq!(folder(false, &|_| None), None);
    }
}
