//! TLS, once: the binary holds one provider of it, and whoever calls somebody over HTTP begins here.

/// Names the provider for everything in this process. reqwest is built without one of its own, so that the binary holds
/// one and not two, and panics where none is named.
pub fn provider() {
    // An error only says that one is named already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client for HTTP, to be built. Nobody has to remember the provider: a program that is not `throughline` itself (a load
/// tool, a test) would find out by a panic.
pub fn client() -> reqwest::ClientBuilder {
    provider();
    reqwest::Client::builder()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Files under a folder in which a client is made otherwise.
    fn others(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                others(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let makes = ["Client::builder()", "Client::new()", "ClientBuilder::new()", "reqwest::get("];
            if !path.ends_with("tls.rs") && makes.iter().any(|make| text.contains(make)) {
                found.push(path.display().to_string());
            }
        }
    }

    #[test]
    fn every_client_is_made_where_the_provider_is_named() {
        let mut found = Vec::new();
        let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        others(&server.join("src"), &mut found);
        for folder in fs::read_dir(&server).unwrap().map(|entry| entry.unwrap().path().join("src")) {
            if folder.is_dir() {
                others(&folder, &mut found);
            }
        }
        others(&server.join("../bench"), &mut found);
        assert!(found.is_empty(), "these panic in a program that names no provider: {found:?}");
    }
}
