use crate::{Error, FieldErrors, Result, readable};

/// The longest path, in characters.
const LONGEST: usize = 250;

/// A path as notes have it: folders and a name by single slashes, ending in `.md`, which is added where it is missing.
///
/// # Errors
/// Field `path` for one that would be none in an exported folder.
pub(super) fn checked(path: &str) -> Result<String> {
    let parts: Vec<&str> = path.trim().trim_start_matches('/').split('/').map(str::trim).collect();
    let mut path = parts.join("/");
    if !path.to_lowercase().ends_with(".md") {
        path.push_str(".md");
    }
    let fits = path.chars().count() <= LONGEST && parts.iter().all(|part| is_name(part));
    if fits { Ok(path) } else { Err(Error::Fields(FieldErrors::one("path", wrong()))) }
}

/// Neither hidden nor a way out of the folder, and a file name on every system.
fn is_name(part: &str) -> bool {
    let stem = part.to_lowercase();
    !readable::is_blank(&readable::line(part))
        && !part.starts_with('.')
        && stem != ".md"
        && !part.contains(|c: char| c.is_control() || r#"\:*?"<>|"#.contains(c))
}

fn wrong() -> String {
    format!(
        "Use a path like Billing/Rates.md, with single slashes between folders and up to {LONGEST} characters."
    )
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn a_path_is_put_in_order() {
        assert_eq!(checked(" /Billing / Rates ").unwrap(), "Billing/Rates.md");
        assert_eq!(checked("Rates.MD").unwrap(), "Rates.MD");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["", "/", "a//b", "../a", "a/../b", ".obsidian/x", "a\\b", "c:x", "a\0", &"x".repeat(251)]
        {
            assert!(checked(path).is_err(), "{path:?}");
        }
    }
}
