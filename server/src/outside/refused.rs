use std::net::IpAddr;

/// Why an address is not called. Its words are for the operator who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("Write the whole address, as https://agent.example.com.")]
    NoAddress,
    #[error("The address has to begin with https:// or http://.")]
    Scheme,
    #[error("Leave the name and password out of the address: a key has a field of its own.")]
    Password,
    #[error("{host} is not known under that name. Check the spelling.")]
    Unknown { host: String },
    #[error(
        "This leads to {ip}, which is not on the public internet. Whoever runs this machine can allow it with THROUGHLINE_ALLOW_PRIVATE."
    )]
    Inner { ip: IpAddr },
}
