use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::secret::random_token;

/// The install's master keys: new secrets are sealed under the first, all of them open.
#[derive(Clone)]
pub struct Keyring {
    current: Master,
    older: Vec<Master>,
}

#[derive(Clone)]
pub(super) struct Master {
    pub(super) id: String,
    pub(super) bytes: [u8; 32],
}

/// A master key that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a master key is 32 random bytes in base64, as `openssl rand -base64 32` prints them; several are separated by commas, the newest first"
)]
pub struct BadKey;

impl Keyring {
    /// Reads the keys: 32 bytes each in base64 of either alphabet, separated by commas, the newest first.
    ///
    /// # Errors
    /// [`BadKey`]
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let mut keys = text.split(',').map(|key| Master::parse(key.trim()));
        let current = keys.next().ok_or(BadKey)??;
        Ok(Self { current, older: keys.collect::<Result<_, _>>()? })
    }

    /// A new master key as text, to be kept outside the database.
    pub fn generate() -> String {
        random_token()
    }

    /// The name of the key under which new secrets are sealed. It tells nothing of the key.
    pub fn name(&self) -> &str {
        &self.current.id
    }

    /// The same keys, then those of another ring that are not among them.
    pub fn followed_by(&self, other: &Self) -> Self {
        let mut older = self.older.clone();
        older.extend(other.all().filter(|key| self.find(&key.id).is_none()).cloned());
        Self { current: self.current.clone(), older }
    }

    /// The current key alone.
    pub fn newest(&self) -> Self {
        Self { current: self.current.clone(), older: Vec::new() }
    }

    pub(super) fn current(&self) -> &Master {
        &self.current
    }

    pub(super) fn find(&self, id: &str) -> Option<&Master> {
        self.all().find(|key| key.id == id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Master> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

/// A key as [`Keyring::parse`] reads it.
pub(super) fn text(bytes: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Master {
    fn parse(text: &str) -> Result<Self, BadKey> {
        let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadKey)?;
        let digest = Sha256::new().chain_update(b"throughline key id|").chain_update(bytes).finalize();
        let id = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { id, bytes })
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.all().map(|key| key.id.as_str()).collect();
        f.debug_tuple("Keyring").field(&ids).finish()
    }
}
