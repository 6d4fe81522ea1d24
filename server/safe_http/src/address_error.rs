use std::net::IpAddr;

/// Why an address is not called. Its words are for the operator who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("Enter the full URL, like https://agent.example.com.")]
    NoAddress,
    #[error("The URL has to start with https:// or http://.")]
    Scheme,
    #[error("Leave the username and password out of the URL. Use the Key field instead.")]
    Password,
    #[error("We can’t find {host}. Check the spelling.")]
    Unknown { host: String },
    #[error(
        "This points to {ip}, which isn’t on the public internet. Your server admin can allow it with THROUGHLINE_ALLOW_PRIVATE."
    )]
    Inner { ip: IpAddr },
}
