//! The install's master key: from the environment, or a file in the data folder that is made at the first start.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use domain::sealed::{BadKey, Keyring, UnopenedSecrets};

use crate::settings::{NoHome, Secret, Settings};

/// Beside the database and not in it: a copy of the one is nothing without the other.
const FILE: &str = "secret.key";
/// Nobody but the user that the server runs as.
const MODE: u32 = 0o600;

/// There is no master key to be had.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    #[error(transparent)]
    NoHome(#[from] NoHome),
    #[error("THROUGHLINE_SECRET_KEY: {0}")]
    Set(BadKey),
    #[error("{}: {why}. Put back the file as it was, or move it away: keys that were entered have to be entered again then", .path.display())]
    Kept { path: PathBuf, why: BadKey },
    #[error("{} cannot be used: {why}", .path.display())]
    File { path: PathBuf, why: io::Error },
}

/// Reads the master keys, making one where there is none yet.
///
/// # Errors
/// [`NoKey`]
pub fn keyring(settings: &Settings) -> Result<Keyring, NoKey> {
    match &settings.secret_key {
        Some(keys) => Keyring::parse(keys.reveal()).map_err(NoKey::Set),
        None => kept(&settings.data()?.join(FILE)),
    }
}

/// The same without making one: none where there is none yet.
///
/// # Errors
/// As [`keyring`].
pub fn existing(settings: &Settings) -> Result<Option<Keyring>, NoKey> {
    if settings.secret_key.is_none() && !settings.data()?.join(FILE).exists() {
        return Ok(None);
    }
    keyring(settings).map(Some)
}

/// Whether the keys of a backup can be used here: they are put into the data folder, or are those of the setting.
///
/// # Errors
/// As [`keyring`].
pub fn check_adopted(settings: &Settings, ring: &Keyring) -> Result<bool, NoKey> {
    if settings.secret_key.is_none() {
        return Ok(true);
    }
    let here = keyring(settings)?;
    Ok(ring.names().iter().all(|name| here.has(name)))
}

/// Puts the keys of a backup into the data folder, before those that are there.
///
/// # Errors
/// As [`keyring`].
pub fn adopt(settings: &Settings, ring: &Keyring) -> Result<(), NoKey> {
    let path = settings.data()?.join(FILE);
    let text = match existing(settings)? {
        Some(here) => ring.followed_by(&here).text(),
        None => ring.text(),
    };
    replace(&path, text.reveal()).map_err(|why| NoKey::File { path: path.clone(), why })
}

/// Puts a new key before the one in the data folder, or answers none where the keys are in the environment.
///
/// # Errors
/// As [`keyring`].
pub fn put_new_key_first(settings: &Settings) -> Result<Option<Keyring>, NoKey> {
    if settings.secret_key.is_some() {
        return Ok(None);
    }
    let path = settings.data()?.join(FILE);
    let here = kept(&path)?;
    let new = Keyring::parse(&Keyring::generate()).map_err(NoKey::Set)?;
    // The last one before stays for what is being written this moment; older ones open nothing any more.
    let ring = new.followed_by(&here.newest());
    replace(&path, ring.text().reveal()).map_err(|why| NoKey::File { path: path.clone(), why })?;
    Ok(Some(ring))
}

/// The keys as they are now: a file that was changed is read again, so that a running server follows a rotation.
pub fn source(settings: &Settings) -> impl Fn() -> domain::Result<Keyring> + Send + Sync + 'static {
    let settings = settings.clone();
    move || keyring(&settings).map_err(|reason| domain::Error::Broken(reason.to_string()))
}

/// What to do where secrets do not open: what is wrong, and how to mend it.
pub fn about(unopened: &[UnopenedSecrets]) -> (String, &'static str) {
    let lines = unopened.iter().map(|UnopenedSecrets { key_id, agents, webhooks, payments }| {
        let what = [
            (*agents, "agent’s key", "agents’ keys"),
            (*webhooks, "webhook’s secret", "webhooks’ secrets"),
            (*payments, "payment account", "payment accounts"),
        ];
        let what: Vec<String> = what
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        format!("{} under the master key {key_id}, which is not here", what.join(" and "))
    });
    let mend = "Give every node the same THROUGHLINE_SECRET_KEY: the one of the node on which they were entered, or its \
                file secret.key. Where it is lost, enter the agents' keys, make the webhooks' secrets again, \
                and connect the payment accounts again.";
    (lines.collect::<Vec<_>>().join("; "), mend)
}

fn kept(path: &Path) -> Result<Keyring, NoKey> {
    let key = read(path).map_err(|why| NoKey::File { path: path.to_owned(), why })?;
    Keyring::parse(key.reveal().trim()).map_err(|why| NoKey::Kept { path: path.to_owned(), why })
}

fn read(path: &Path) -> io::Result<Secret> {
    if let Err(error) = make(path)
        && error.kind() != ErrorKind::AlreadyExists
    {
        return Err(error);
    }
    if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(file = %path.display(), "others could read the master key; they no longer can");
        fs::set_permissions(path, Permissions::from_mode(MODE))?;
    }
    Ok(fs::read_to_string(path)?.parse().unwrap_or_else(|never| match never {}))
}

/// Writes the file anew, in one step.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(&draft)?;
    file.write_all(format!("{text}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

/// Makes the file with a key of its own in one step: whoever starts at the same time finds it whole or not at all.
fn make(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(&draft)?;
    let made = file
        .write_all(format!("{}\n", Keyring::generate()).as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_open_is_counted_in_words() {
        let of = |key: &str, agents, webhooks| UnopenedSecrets {
            key_id: key.into(),
            agents,
            webhooks,
            payments: 0,
        };
        assert_eq!(
            about(&[of("ab", 1, 0), of("cd", 2, 1)]).0,
            "1 agent’s key under the master key ab, which is not here; 2 agents’ keys and 1 webhook’s secret under the \
             master key cd, which is not here"
        );
    }

    #[test]
    fn the_key_is_made_once_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join(FILE);
        let first = format!("{:?}", kept(&path).unwrap());
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), MODE);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(format!("{:?}", kept(&path).unwrap()), first);
        assert_eq!(mode(), MODE);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
        fs::write(&path, "rubbish").unwrap();
        let error = kept(&path).unwrap_err().to_string();
        assert!(error.contains("secret.key") && !error.contains("rubbish"), "{error}");
    }
}
