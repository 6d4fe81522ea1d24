//! From a setting to the store that it means.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use object_store::{
    ClientOptions, ObjectStore, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};
use url::{Host, Url};

use super::Store;

/// How long a store may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one call may take, the bytes of a part included.
const CALL: Duration = Duration::from_secs(120);
/// How long a call is tried again: people wait for it.
const RETRIES: Duration = Duration::from_secs(15);

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// A folder that this machine reaches.
    Folder(PathBuf),
    /// A part of a bucket of S3.
    Bucket { name: String, prefix: String },
}

/// Why a place is none.
#[derive(Debug, thiserror::Error)]
pub enum BadStoreLocation {
    #[error("“{0}” is no place for files: give s3://bucket/prefix or a folder's whole path")]
    Unknown(String),
    #[error(
        "{0} is not encrypted, so whoever listens reads the files: give an https:// address, or set AWS_ALLOW_HTTP=true where the network is your own"
    )]
    Open(Url),
    #[error("“{0}” is no address of an S3 server: give it as https://host")]
    Endpoint(String),
    #[error("the folder {} cannot be made: {error}", path.display())]
    Folder { path: PathBuf, error: std::io::Error },
    #[error("the file store cannot be opened: {0}")]
    Store(#[from] object_store::Error),
}

impl FromStr for StoreLocation {
    type Err = BadStoreLocation;

    fn from_str(text: &str) -> Result<Self, BadStoreLocation> {
        let unknown = || BadStoreLocation::Unknown(text.to_owned());
        if text.starts_with('/') {
            return Ok(Self::Folder(text.into()));
        }
        let (name, prefix) = text
            .strip_prefix("s3://")
            .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
            .ok_or_else(unknown)?;
        let plain = |part: &str| {
            !part.starts_with('.') && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let prefix = prefix.trim_matches('/');
        if name.len() < 3 || !plain(name) || !prefix.split('/').all(plain) || prefix.contains("//") {
            return Err(unknown());
        }
        Ok(Self::Bucket { name: name.to_owned(), prefix: prefix.to_owned() })
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket { name, prefix } => write!(f, "s3://{name}/{prefix}"),
        }
    }
}

impl Store {
    /// A store in a folder, which is made where there is none.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn folder(path: impl Into<PathBuf>) -> Result<Self, BadStoreLocation> {
        let path = path.into();
        let made = std::fs::create_dir_all(&path);
        made.map_err(|error| BadStoreLocation::Folder { path: path.clone(), error })?;
        // What is acknowledged survives a power cut.
        let objects = LocalFileSystem::new_with_prefix(&path)?.with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
            scratch: path.clone(),
            floor: 0,
            location: StoreLocation::Folder(path),
        })
    }

    /// The store at a place. `variables` are the environment's: of them the `AWS_*` say how a bucket is reached. What is
    /// on its way in waits in `scratch`, a folder that is there.
    ///
    /// # Errors
    /// Where the folder cannot be made, or the variables name no S3 server that may be used.
    pub fn at(
        location: StoreLocation,
        variables: impl IntoIterator<Item = (String, String)>,
        scratch: PathBuf,
    ) -> Result<Self, BadStoreLocation> {
        let (name, prefix) = match &location {
            StoreLocation::Folder(path) => return Self::folder(path),
            StoreLocation::Bucket { name, prefix } => (name.clone(), prefix.clone()),
        };
        let objects = bucket(name, &variables.into_iter().collect::<Vec<_>>())?;
        let objects: Arc<dyn ObjectStore> = match prefix.as_str() {
            "" => Arc::new(objects),
            prefix => Arc::new(PrefixStore::new(objects, Path::from(prefix))),
        };
        Ok(Self { objects, location, scratch, floor: 0 })
    }
}

fn bucket(name: String, variables: &[(String, String)]) -> Result<impl ObjectStore, BadStoreLocation> {
    let set = |name: &str| {
        variables
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    };
    let endpoint = set("AWS_ENDPOINT_URL_S3").or(set("AWS_ENDPOINT_URL")).or(set("AWS_ENDPOINT"));
    let open = endpoint.map(is_open).transpose()?.flatten();
    let told = set("AWS_ALLOW_HTTP").is_some_and(|value| ["1", "true"].contains(&value));
    if let Some(url) = &open
        && !told
        && !is_loopback(url)
    {
        return Err(BadStoreLocation::Open(url.clone()));
    }
    let options =
        ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(CALL).with_allow_http(open.is_some());
    let retry = RetryConfig { max_retries: 4, retry_timeout: RETRIES, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new().with_client_options(options).with_retry(retry);
    for (key, value) in variables.iter().filter(|(key, value)| key.starts_with("AWS_") && !value.is_empty()) {
        // What is allowed over plain http is settled above.
        if let Ok(key) = key.to_ascii_lowercase().parse()
            && key != "aws_allow_http".parse()?
        {
            builder = builder.with_config(key, value);
        }
    }
    Ok(builder.with_bucket_name(name).build()?)
}

/// The address where it is plain http.
fn is_open(endpoint: &str) -> Result<Option<Url>, BadStoreLocation> {
    let url: Url = endpoint.parse().map_err(|_| BadStoreLocation::Endpoint(endpoint.to_owned()))?;
    match url.scheme() {
        "https" => Ok(None),
        "http" => Ok(Some(url)),
        _ => Err(BadStoreLocation::Endpoint(endpoint.to_owned())),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
