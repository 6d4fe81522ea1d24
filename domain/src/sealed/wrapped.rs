use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{Keyring, SealContext, Secret, lock, unlock};
use crate::{Error, Result, secret::random_bytes};

/// What it costs to try a passphrase: 64 MiB and three passes, some tenths of a second.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// The most that a backup of somebody's may ask of this machine.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;

/// The fewest characters of a passphrase.
pub const SHORTEST_PASSPHRASE: usize = 10;

/// Master keys under a passphrase, for a backup: argon2id and XChaCha20-Poly1305.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKeys {
    /// The names of the keys, which tell nothing of them.
    pub names: Vec<String>,
    memory_kib: u32,
    passes: u32,
    salt: String,
    sealed: String,
}

impl Keyring {
    /// The keys as [`Keyring::parse`] reads them.
    pub fn text(&self) -> Secret {
        let keys = self.all().map(|key| super::keyring::text(&key.bytes));
        Secret::new(keys.collect::<Vec<_>>().join(","))
    }

    /// The names of all keys, the current one's first.
    pub fn names(&self) -> Vec<String> {
        self.all().map(|key| key.id.clone()).collect()
    }

    /// Whether it has the key of that name.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The keys under a passphrase.
    ///
    /// # Errors
    /// [`Error::Refused`] for a passphrase that is too short.
    pub fn wrap(&self, passphrase: &Secret) -> Result<WrappedKeys> {
        if passphrase.reveal().chars().count() < SHORTEST_PASSPHRASE {
            return Err(Error::refused("Use a passphrase of 10 characters or more; a sentence is fine."));
        }
        let salt = random_bytes();
        let key = stretched(passphrase, &salt, MEMORY_KIB, PASSES)?;
        let sealed = lock(&key, &whose(), self.text().reveal().as_bytes())?;
        Ok(WrappedKeys {
            names: self.names(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt: STANDARD.encode(salt),
            sealed: STANDARD.encode(sealed),
        })
    }
}

impl WrappedKeys {
    /// The keys again.
    ///
    /// # Errors
    /// [`Error::Refused`] for another passphrase than theirs.
    pub fn open(&self, passphrase: &Secret) -> Result<Keyring> {
        let refused = || Error::refused("The passphrase does not open the master key of this backup.");
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES {
            return Err(Error::refused("The master key of this backup asks for more work than is sound."));
        }
        let salt = STANDARD.decode(&self.salt).map_err(|_| refused())?;
        let sealed = STANDARD.decode(&self.sealed).map_err(|_| refused())?;
        let key = stretched(passphrase, &salt, self.memory_kib, self.passes)?;
        let text = unlock(&key, &whose(), &sealed).map_err(|_| refused())?;
        let text = String::from_utf8(text).map_err(|_| refused())?;
        Keyring::parse(&text).map_err(|_| refused())
    }
}

fn whose() -> SealContext {
    SealContext("throughline backup key/1".to_owned())
}

fn stretched(passphrase: &Secret, salt: &[u8], memory_kib: u32, passes: u32) -> Result<[u8; 32]> {
    let broken = |error: argon2::Error| Error::Broken(format!("the passphrase cannot be used: {error}"));
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(broken)?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.reveal().as_bytes(), salt, &mut key)
        .map_err(broken)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn master_keys_come_back_under_their_passphrase_alone() {
        let ring = Keyring::parse(&format!("{},{}", Keyring::generate(), Keyring::generate())).unwrap();
        let right = Secret::new("a sentence that is fine");
        let wrapped = ring.wrap(&right).unwrap();
        let kept = serde_json::to_string(&wrapped).unwrap();
        assert!(!kept.contains(ring.text().reveal().split(',').next().unwrap()));
        let read: WrappedKeys = serde_json::from_str(&kept).unwrap();
        assert_eq!(read.open(&right).unwrap().text(), ring.text());
        let refused = read.open(&Secret::new("a sentence that is fine.")).unwrap_err().to_string();
        assert!(refused.contains("passphrase does not open"), "{refused}");
        assert!(ring.wrap(&Secret::new("short")).is_err());
    }
}
