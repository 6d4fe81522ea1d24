use std::{fmt, net::IpAddr, str::FromStr, sync::Arc};

use ipnet::IpNet;

use super::inner::{self, reach};

/// What the machine's operator says of inner addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Private {
    /// Nothing: it depends on who can reach the portal.
    #[default]
    Unsaid,
    No,
    Yes,
    These(Vec<AddressRange>),
}

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressRange {
    Host(String),
    Net(IpNet),
}

impl FromStr for Private {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self::Unsaid),
            "0" | "no" => Ok(Self::No),
            "1" | "yes" => Ok(Self::Yes),
            list => list
                .split(',')
                .map(str::trim)
                .map(AddressRange::from_str)
                .collect::<Result<_, _>>()
                .map(Self::These),
        }
    }
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(net) = text.parse::<IpNet>() {
            return Ok(Self::Net(net));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Net(ip.into()));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if text.is_empty() || !text.chars().all(plain) {
            return Err(format!("“{text}” is neither a host, as agents.lan, nor a range, as 10.1.0.0/16"));
        }
        Ok(Self::Host(text.trim_end_matches('.').to_ascii_lowercase()))
    }
}

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsaid => Ok(()),
            Self::No => f.write_str("0"),
            Self::Yes => f.write_str("1"),
            Self::These(list) => {
                let each = list.iter().map(|entry| match entry {
                    AddressRange::Host(host) => host.clone(),
                    AddressRange::Net(net) => net.to_string(),
                });
                f.write_str(&each.collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// Which inner addresses may be called.
#[derive(Clone, Debug, Default)]
pub struct Admitted {
    private: Networks,
    listed: Vec<AddressRange>,
}

/// When all private networks and this machine are.
#[derive(Clone, Default)]
enum Networks {
    #[default]
    Never,
    Always,
    /// As long as this says that nobody else can reach the portal.
    WhileAlone(Arc<dyn Fn() -> bool + Send + Sync>),
}

impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "Never",
            Self::Always => "Always",
            Self::WhileAlone(_) => "WhileAlone",
        })
    }
}

impl Networks {
    fn are_admitted(&self) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::WhileAlone(is_alone) => is_alone(),
        }
    }
}

impl Admitted {
    /// What the machine's operator said. When nothing was said, inner addresses are admitted as long as the portal itself
    /// answers on this machine only: whoever types an address then sits at
    /// this machine and can reach all of that anyway, and what one tries first, a model or an agent on the same machine,
    /// just works. Once others can get in, they are not. `is_alone` says, at each call, whether nobody else can reach it.
    pub fn new(said: &Private, is_alone: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        match said {
            Private::Unsaid => Self { private: Networks::WhileAlone(Arc::new(is_alone)), listed: Vec::new() },
            Private::No => Self::default(),
            Private::Yes => Self::private(),
            Private::These(listed) => Self { private: Networks::Never, listed: listed.clone() },
        }
    }

    /// All private networks and this machine.
    pub fn private() -> Self {
        Self { private: Networks::Always, listed: Vec::new() }
    }

    /// Whether an address may be called, by a name or by itself. The link's own range, where clouds hand out
    /// credentials, is admitted only where it is listed.
    pub fn admits(&self, name: Option<&str>, ip: IpAddr) -> bool {
        let listed = || {
            self.listed.iter().any(|entry| match entry {
                AddressRange::Host(host) => {
                    name.is_some_and(|name| name.trim_end_matches('.').eq_ignore_ascii_case(host))
                }
                AddressRange::Net(net) => net.contains(&ip.to_canonical()),
            })
        };
        match reach(ip) {
            inner::AddressKind::Public => true,
            inner::AddressKind::Private => self.private.are_admitted() || listed(),
            inner::AddressKind::Special => listed(),
        }
    }
}
