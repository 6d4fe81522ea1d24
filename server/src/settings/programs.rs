use std::{convert::Infallible, fmt, str::FromStr};

/// Names or paths of programs, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramNames(Vec<String>);

impl ProgramNames {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromStr for ProgramNames {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Self(names.map(str::to_owned).collect()))
    }
}

impl fmt::Display for ProgramNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::ProgramNames;

    #[test]
    fn names_are_told_apart() {
        let names: ProgramNames = " claude, /opt/agents/hermes-acp ,".parse().unwrap();
        assert_eq!(names.iter().collect::<Vec<_>>(), ["claude", "/opt/agents/hermes-acp"]);
        assert_eq!(names.to_string(), "claude,/opt/agents/hermes-acp");
        assert_eq!("".parse(), Ok(ProgramNames::default()));
    }
}
