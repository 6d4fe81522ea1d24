//! Making the cluster, whole or not at all.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::{At, tail};
use super::{Account, Binaries, Error, Folder};

/// The cluster's superuser, who owns the schema. Nobody else can reach the socket.
pub(super) const OWNER: &str = "throughline";

/// Makes the cluster beside its place and moves it there when it is complete, so that a killed start leaves nothing
/// that looks like one. Takes about two seconds.
pub(super) async fn make(folder: &Folder, account: &Account, binaries: &Binaries) -> Result<(), Error> {
    remove_leftovers(folder)?;
    let fresh = folder.path().join(format!("postgres.new-{}", std::process::id()));
    DirBuilder::new().mode(0o700).create(&fresh).at("cannot make the folder", &fresh)?;
    account.own(&fresh)?;
    let mut command = Command::new(binaries.program("initdb"));
    account.prepare(&mut command);
    command.arg("--pgdata").arg(&fresh).args(OPTIONS).args(["--username", OWNER]).stdin(Stdio::null());
    let printed =
        tokio::process::Command::from(command).output().await.at("cannot run initdb in", &binaries.folder)?;
    if !printed.status.success() {
        // The next start clears what is left.
        return Err(Error::Initdb {
            folder: folder.cluster(),
            said: explain(&String::from_utf8_lossy(&printed.stderr)),
        });
    }
    fs::rename(&fresh, folder.cluster()).at("cannot move the new database to", folder.cluster())
}

const OPTIONS: [&str; 5] = [
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    // Bytes decide the order: an operating system's new collation cannot break an index.
    if cfg!(target_os = "macos") { "--locale=C" } else { "--locale=C.UTF-8" },
    "--data-checksums",
];

fn remove_leftovers(folder: &Folder) -> Result<(), Error> {
    for entry in fs::read_dir(folder.path()).at("cannot read the folder", folder.path())?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("postgres.new-") {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    fs::remove_dir_all(path).at("cannot remove the unfinished database", path)
}

/// One failure is common in containers and its words help nobody.
fn explain(printed: &str) -> String {
    let said = tail(printed);
    if said.contains("could not look up effective user ID") {
        return format!(
            "{said}\nThe user that runs throughline has no entry in /etc/passwd, which Postgres needs; add one"
        );
    }
    said
}
