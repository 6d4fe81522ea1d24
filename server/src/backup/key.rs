//! What becomes of the master key: under a passphrase, or left out because somebody said so.

use std::path::PathBuf;

use clap::Args;
use domain::sealed::{Keyring, WrappedKeys};

use super::{Error, prompt};
use crate::keyring;
use crate::settings::{Secret, Settings};

/// How the master key goes into a backup and comes out of it.
#[derive(Debug, Clone, Default, Args)]
pub struct KeyOptions {
    /// Passphrase for the master key, of 10 characters or more. Set it in the environment: a flag shows in the list of processes
    #[arg(long, env = "THROUGHLINE_PASSPHRASE", hide_env_values = true)]
    passphrase: Option<Secret>,
    /// File whose first line is the passphrase
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Leave the master key out: keep secret.key or THROUGHLINE_SECRET_KEY elsewhere, or enter agents' keys anew
    #[arg(long)]
    without_key: bool,
}

impl KeyOptions {
    fn passphrase(&self) -> Result<Option<Secret>, Error> {
        if let Some(path) = &self.passphrase_file {
            let text = std::fs::read_to_string(path)
                .map_err(|why| Error::PassphraseFile { path: path.clone(), why })?;
            return Ok(text.lines().next().map(Secret::new));
        }
        // Set but empty, as compose files write it, counts as not set.
        Ok(self.passphrase.clone().filter(|passphrase| !passphrase.reveal().is_empty()))
    }

    /// The same or, where somebody sits at a terminal, what they type.
    fn passphrase_or_typed(
        &self,
        typed: impl FnOnce() -> std::io::Result<Option<Secret>>,
    ) -> Result<Secret, Error> {
        match self.passphrase()? {
            Some(passphrase) => Ok(passphrase),
            None => typed().map_err(Error::Terminal)?.ok_or(Error::NoPassphrase),
        }
    }

    /// The install's master keys for a backup, and what is said of them.
    ///
    /// # Errors
    /// [`Error::NoPassphrase`] where nobody said what is to become of them.
    pub fn wrap(&self, settings: &Settings) -> Result<(Option<WrappedKeys>, &'static str), Error> {
        if self.without_key {
            return Ok((
                None,
                "The master key is not in it: keep secret.key or THROUGHLINE_SECRET_KEY beside it.",
            ));
        }
        let passphrase = self.passphrase_or_typed(prompt::new_passphrase)?;
        match keyring::existing(settings)? {
            Some(ring) => {
                let wrapped = ring.wrap(&passphrase)?;
                Ok((
                    Some(wrapped),
                    "The master key is in it, under the passphrase. Without that nobody reads it.",
                ))
            }
            None => Ok((None, "There is no master key yet, so none is in it.")),
        }
    }

    /// The master keys of a backup, if they are wanted and in it.
    ///
    /// # Errors
    /// For another passphrase, and [`Error::NoPassphrase`] where nobody said what is to become of them.
    pub fn unwrap(&self, key: Option<&WrappedKeys>) -> Result<Option<Keyring>, Error> {
        match key {
            Some(key) if !self.without_key => {
                let passphrase = self.passphrase_or_typed(prompt::passphrase)?;
                Ok(Some(key.open(&passphrase)?))
            }
            _ => Ok(None),
        }
    }

    /// The same for a look into a backup: without a passphrase the key is left alone.
    pub fn try_unwrap(&self, key: Option<&WrappedKeys>) -> Result<&'static str, Error> {
        match (key, self.passphrase()?) {
            (None, _) => Ok("The master key is not in it."),
            (Some(_), None) => Ok("The master key is in it, under a passphrase that was not tried."),
            (Some(key), Some(passphrase)) => {
                key.open(&passphrase)?;
                Ok("The master key is in it, and the passphrase opens it.")
            }
        }
    }
}
