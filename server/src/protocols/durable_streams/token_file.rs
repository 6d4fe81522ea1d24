//! Who may use `throughline streams` from other machines: programs with a token of a file.
//!
//! A line is one token: its space, what it may do there, and the SHA-256 of the token in hexadecimal. A space is a tenant of its
//! own: what is in one cannot be named from another. The file is read again when it changes, without a restart.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use clap::ValueEnum;
use domain::secret;
use sessions::Tenant;
use sessions_http::{Access, AccessError, AccessRequest, Authorizer, Grant, Target};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::api::bearer_of;

/// How soon a token counts after it was written down, and no longer after it was taken out.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// What tokens begin with, so that one is known where it should not be.
const PREFIX: &str = "tls_";

/// What a token may do in its space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum StreamRight {
    /// Read and follow.
    Read,
    /// That, and append and close.
    Append,
    /// That, and create, fork and delete.
    All,
}

impl StreamRight {
    fn needed(access: Access) -> Self {
        match access {
            Access::Read => Self::Read,
            Access::Append => Self::Append,
            Access::Write => Self::All,
        }
    }
}

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StreamToken {
    hash: String,
    tenant: Tenant,
    right: StreamRight,
}

/// The file, as it was read last.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
    workspace: Uuid,
    /// How it was when it was opened.
    opened: Option<FileState>,
    tokens: Arc<RwLock<Vec<StreamToken>>>,
}

/// When a file was written, and how long it is.
type FileState = (SystemTime, u64);

impl TokenFile {
    /// Reads the file. `workspace`: under which all its spaces lie.
    ///
    /// # Errors
    /// When it cannot be read, or a line of it is no token; the message names the line.
    pub fn open(path: &Path, workspace: Uuid) -> io::Result<Self> {
        // Looked at first: what changes while it is read is read again.
        let opened = state_of(path);
        let tokens = Arc::new(RwLock::new(read(path, workspace)?));
        Ok(Self { path: path.to_owned(), workspace, opened, tokens })
    }

    /// Reads the file again whenever it has changed, until `stop`. While it cannot be read, what it said before counts.
    pub async fn watch(self, stop: CancellationToken) {
        let mut seen = self.opened;
        let mut every = tokio::time::interval(LOOK_AGAIN);
        while stop.run_until_cancelled(every.tick()).await.is_some() {
            let now = state_of(&self.path);
            if now == seen {
                continue;
            }
            seen = now;
            match read(&self.path, self.workspace) {
                Ok(tokens) => {
                    tracing::info!(tokens = tokens.len(), "the tokens were read again");
                    *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = tokens;
                }
                Err(error) => {
                    tracing::error!(error.message = %error, "the file of tokens could not be read; the tokens from before stay valid");
                }
            }
        }
    }

    fn find(&self, is_it: impl Fn(&StreamToken) -> bool) -> Option<StreamToken> {
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        tokens.iter().find(|token| is_it(token)).cloned()
    }
}

/// None when the file is away.
fn state_of(path: &Path) -> Option<FileState> {
    let about = fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}

fn read(path: &Path, workspace: Uuid) -> io::Result<Vec<StreamToken>> {
    let text = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(at, line)| {
            parse(line, workspace).ok_or_else(|| {
                let words = format!(
                    "{}, line {}: a line is SPACE RIGHT SHA256. `throughline streams token SPACE` writes one",
                    path.display(),
                    at + 1
                );
                io::Error::new(io::ErrorKind::InvalidData, words)
            })
        })
        .collect()
}

fn parse(line: &str, workspace: Uuid) -> Option<StreamToken> {
    let [space, right, hash] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|letter| letter.is_ascii_hexdigit());
    let right = StreamRight::from_str(right, false).ok().filter(|_| is_hash)?;
    Some(StreamToken { hash: hash.to_ascii_lowercase(), tenant: tenant_of(space, workspace), right })
}

/// The tenant that a space is: the same for the same name, everywhere.
fn tenant_of(space: &str, workspace: Uuid) -> Tenant {
    let digest = secret::hash(&format!("space:{space}"));
    // Version 8: of one's own making (RFC 9562, 5.8).
    let id = digest.first_chunk().map(|bytes| uuid::Builder::from_custom_bytes(*bytes).into_uuid());
    Tenant { workspace, client: id }
}

/// What the file keeps of a token.
fn hash_of(token: &str) -> String {
    secret::hash(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Authorizer for TokenFile {
    // Nothing here holds a transaction.
    const RUN_TO_COMPLETION: bool = false;

    /// The token's hash.
    type Principal = String;

    async fn authorize(&self, request: AccessRequest<'_>) -> Result<Grant<String>, AccessError> {
        let hash = hash_of(bearer_of(request.headers).ok_or(AccessError::InvalidToken)?);
        let token = self.find(|token| token.hash == hash).ok_or(AccessError::InvalidToken)?;
        if token.right < StreamRight::needed(request.access) {
            return Err(AccessError::Forbidden("This token may not do that in its space."));
        }
        let target = Target::Named { tenant: token.tenant, name: request.path.to_owned() };
        Ok(Grant { target, tenant: token.tenant, principal: hash })
    }

    async fn is_still_authorized(&self, grant: &Grant<String>) -> bool {
        self.find(|token| token.hash == grant.principal && token.tenant == grant.tenant).is_some()
    }
}

/// A new token for a space, and its line for the file.
///
/// # Errors
/// What is wrong with the space's name.
pub fn new_token(space: &str, right: StreamRight) -> Result<(String, String), String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if space.is_empty() || space.len() > 64 || !space.chars().all(fits) {
        return Err("A space's name is 1 to 64 letters, digits, dots, dashes or underscores.".to_owned());
    }
    let token = format!("{PREFIX}{}", secret::random_token());
    let right = right.to_possible_value().expect("no right is hidden");
    let line = format!("{space} {} {}", right.get_name(), hash_of(&token));
    Ok((token, line))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Version, header};

    use super::*;

    const WORKSPACE: Uuid = Uuid::from_u128(7);

    fn file(lines: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, lines.join("\n")).unwrap();
        (folder, path)
    }

    async fn may(tokens: &TokenFile, token: Option<&str>, access: Access) -> Result<Tenant, AccessError> {
        let headers: HeaderMap = token
            .map(|token| (header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap()))
            .into_iter()
            .collect();
        let request = AccessRequest { version: Version::HTTP_11, headers: &headers, path: "a", access };
        tokens.authorize(request).await.map(|grant| grant.tenant)
    }

    #[tokio::test]
    async fn a_token_does_what_it_may_in_its_own_space() {
        let (reader, read) = new_token("acme", StreamRight::Read).unwrap();
        let (writer, write) = new_token("acme", StreamRight::All).unwrap();
        let (other, elsewhere) = new_token("umbrella", StreamRight::Append).unwrap();
        let (_folder, path) = file(&["# Whose they are", &read, "", &write, &elsewhere]);
        let tokens = TokenFile::open(&path, WORKSPACE).unwrap();
        let acme = may(&tokens, Some(&writer), Access::Write).await.unwrap();
        assert_eq!(may(&tokens, Some(&reader), Access::Read).await, Ok(acme));
        let elsewhere = may(&tokens, Some(&other), Access::Append).await.unwrap();
        assert_ne!(elsewhere, acme);
        assert_eq!((acme.workspace, elsewhere.workspace), (WORKSPACE, WORKSPACE));
        for (token, access) in [(&reader, Access::Append), (&reader, Access::Write), (&other, Access::Write)]
        {
            assert!(matches!(may(&tokens, Some(token), access).await, Err(AccessError::Forbidden(_))));
        }
        for token in [None, Some("tls_x"), Some("")] {
            assert_eq!(may(&tokens, token, Access::Read).await, Err(AccessError::InvalidToken));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_taken_out_of_the_file_counts_no_longer_and_a_broken_file_changes_nothing() {
        let (token, line) = new_token("acme", StreamRight::Read).unwrap();
        let (_folder, path) = file(&[&line]);
        let tokens = TokenFile::open(&path, WORKSPACE).unwrap();
        let stop = CancellationToken::new();
        let watching = tokio::spawn(tokens.clone().watch(stop.clone()));
        let grant = |tenant| Grant {
            target: Target::Named { tenant, name: "a".to_owned() },
            tenant,
            principal: hash_of(&token),
        };
        let tenant = may(&tokens, Some(&token), Access::Read).await.unwrap();
        fs::write(&path, "no token at all").unwrap();
        tokio::time::sleep(LOOK_AGAIN * 2).await;
        assert!(tokens.is_still_authorized(&grant(tenant)).await);
        fs::write(&path, "# Nobody\n").unwrap();
        tokio::time::sleep(LOOK_AGAIN * 2).await;
        assert!(!tokens.is_still_authorized(&grant(tenant)).await);
        assert_eq!(may(&tokens, Some(&token), Access::Read).await, Err(AccessError::InvalidToken));
        stop.cancel();
        watching.await.unwrap();
    }

    #[test]
    fn a_line_that_is_no_token_is_named() {
        for line in
            ["acme", "acme write 00", "acme read 00", "acme read zz", &format!("acme own {}", "0".repeat(64))]
        {
            let (_folder, path) = file(&["# first", line]);
            let error = TokenFile::open(&path, WORKSPACE).unwrap_err().to_string();
            assert!(error.contains("line 2") && error.contains("throughline streams token"), "{error}");
        }
        assert!(new_token("two words", StreamRight::Read).is_err());
    }
}
