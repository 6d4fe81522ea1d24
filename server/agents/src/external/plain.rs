//! Tools in a client's words.

use super::ToolAccess;

/// What a step reads like while a tool is used, and after; none for tools whose use is nobody's news, among them the
/// portal's own, which speak for themselves.
pub(super) fn plain(tool: &str) -> Option<(&'static str, &'static str)> {
    let name = tool.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if ToolAccess::is_ours(tool) || has(&["todo", "memory", "skill", "session", "toolsearch", "plan_mode"]) {
        return None;
    }
    Some(if has(&["browser", "web", "fetch", "http", "url"]) {
        ("Looking something up", "Looked something up")
    } else if has(&["write", "edit", "patch", "delete", "move"]) {
        ("Writing a file", "Wrote a file")
    } else if has(&["search", "grep", "glob", "find"]) {
        ("Searching the files", "Searched the files")
    } else if has(&["read", "view", "vision", "image"]) {
        ("Reading a file", "Read a file")
    } else if has(&["terminal", "bash", "shell", "exec", "process", "command", "code"]) {
        ("Running a command", "Ran a command")
    } else if has(&["delegate", "task", "agent"]) {
        ("Working on one part separately", "Worked on one part separately")
    } else {
        ("Using a tool", "Used a tool")
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn steps_read_like_a_person_wrote_them() {
        for (tool, wanted) in [
            ("terminal", Some("Ran a command")),
            ("Bash", Some("Ran a command")),
            ("read_file", Some("Read a file")),
            ("Write", Some("Wrote a file")),
            ("browser_navigate", Some("Looked something up")),
            ("mcp__crm__lookup", Some("Used a tool")),
            ("mcp__throughline__deliver", None),
            ("TodoWrite", None),
        ] {
            assert_eq!(plain(tool).map(|(_, done)| done), wanted, "{tool}");
        }
    }
}
