//! The user that Postgres runs as: whoever runs the server, except root, whom Postgres refuses.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{getegid, geteuid};

use super::Error;
use super::error::At;

/// A user of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, for messages.
    pub name: String,
    /// Its number.
    pub uid: u32,
    gid: u32,
    /// Whether the server has to become it, which only root can.
    switch: bool,
}

/// A folder on the way to a path that an account may not pass.
#[derive(Debug, thiserror::Error)]
#[error("Postgres runs here as the user '{user}', who may not enter {} and so cannot reach {}. Open it with `chmod o+x {}`, or set THROUGHLINE_DATA to a folder elsewhere, such as /var/lib/throughline", .closed.display(), .wanted.display(), .closed.display())]
pub struct Closed {
    user: String,
    closed: PathBuf,
    wanted: PathBuf,
}

impl Account {
    /// Who runs, or will run, the cluster in `cluster`: its owner where it exists.
    ///
    /// # Errors
    /// When root finds nobody to become, or the cluster belongs to a user that this process cannot become.
    pub fn of(cluster: &Path) -> Result<Self, Error> {
        let owner = fs::metadata(cluster).ok().map(|about| (about.uid(), about.gid()));
        let me = geteuid();
        if me.is_root() {
            let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
            return Self::for_root(&users, owner.filter(|owner| owner.0 != 0)).ok_or(Error::NoAccount);
        }
        match owner {
            Some((uid, _)) if uid != me.as_raw() => {
                Err(Error::OtherOwner { folder: cluster.to_owned(), uid })
            }
            _ => Ok(Self { name: "you".into(), uid: me.as_raw(), gid: getegid().as_raw(), switch: false }),
        }
    }

    fn for_root(users: &str, owner: Option<(u32, u32)>) -> Option<Self> {
        let mut known = users.lines().filter_map(Self::parse).collect::<Vec<_>>();
        if let Some((uid, gid)) = owner {
            let name = known
                .iter()
                .find(|user| user.uid == uid)
                .map_or_else(|| uid.to_string(), |user| user.name.clone());
            return Some(Self { name, uid, gid, switch: true });
        }
        let found = ["postgres", "nobody"]
            .iter()
            .find_map(|name| known.iter().position(|user| user.name == *name))?;
        Some(known.swap_remove(found))
    }

    /// A line of /etc/passwd. Root itself is no candidate.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let (name, uid, gid) = (fields.next()?, fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        (uid != 0).then(|| Self { name: name.to_owned(), uid, gid, switch: true })
    }

    /// Makes a command run as this account, away from our terminal's signals and our folder, and deaf to the
    /// variables by which Postgres's programs are steered.
    pub(super) fn prepare(&self, command: &mut Command) {
        command.process_group(0).current_dir("/").env("LC_ALL", "C").env("TZ", "UTC");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        if self.switch {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// Hands a file or folder to this account.
    pub(super) fn own(&self, path: &Path) -> Result<(), Error> {
        if self.switch {
            chown(path, Some(self.uid), Some(self.gid)).at("cannot change the owner of", path)
        } else {
            Ok(())
        }
    }

    /// Who may enter folders that the server makes for this account's use.
    pub(super) fn folder_mode(&self) -> u32 {
        // Passing through is enough to reach the cluster below; reading stays root's.
        if self.switch { 0o711 } else { 0o700 }
    }

    /// Checks that the account may pass every folder on the way to `path`, which must be absolute.
    ///
    /// # Errors
    /// Names the first folder that is closed to it.
    pub fn reaches(&self, path: &Path) -> Result<(), Closed> {
        let mut way: Vec<&Path> = path.ancestors().skip(1).collect();
        way.reverse();
        match way.into_iter().find(|folder| !self.may_enter(folder)) {
            None => Ok(()),
            Some(closed) => {
                Err(Closed { user: self.name.clone(), closed: closed.to_owned(), wanted: path.to_owned() })
            }
        }
    }

    fn may_enter(&self, folder: &Path) -> bool {
        let Ok(about) = fs::metadata(folder) else {
            return true;
        };
        let mode = about.permissions().mode();
        let pass = match () {
            () if about.uid() == self.uid => 0o100,
            () if about.gid() == self.gid => 0o010,
            () => 0o001,
        };
        // Without the switch our other groups may open what the mode alone does not show: let Postgres try.
        !self.switch || mode & pass != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str =
        "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:101:104::/v:/bin/sh\n";

    #[test]
    fn root_becomes_postgres_else_nobody_else_the_owner() {
        let name =
            |users: &str, owner| Account::for_root(users, owner).map(|user| (user.name, user.uid, user.gid));
        assert_eq!(name(USERS, None), Some(("postgres".into(), 101, 104)));
        assert_eq!(name(&USERS.replace("postgres", "pg"), None), Some(("nobody".into(), 65534, 65533)));
        assert_eq!(name(USERS, Some((65534, 65533))), Some(("nobody".into(), 65534, 65533)));
        assert_eq!(name("root:x:0:0::/root:/bin/sh", None), None);
    }

    #[test]
    fn a_closed_folder_on_the_way_is_named() -> std::io::Result<()> {
        let outer = tempfile::tempdir()?;
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o700))?;
        let stranger = Account { name: "stranger".into(), uid: 4_000_000, gid: 4_000_000, switch: true };
        let wanted = outer.path().join("data/postgres");
        let said = stranger.reaches(&wanted).expect_err("0700 is closed").to_string();
        assert!(said.contains(&format!("may not enter {}", outer.path().display())), "{said}");
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o711))?;
        assert!(stranger.reaches(&wanted).is_ok());
        Ok(())
    }
}
