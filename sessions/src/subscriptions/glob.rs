//! Patterns over streams' names: `*` stands for one segment, `**` for any number of them.

/// Whether the name matches.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let segments =
        |text: &'_ str| text.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
    let (pattern, name): (Vec<String>, Vec<String>) = (segments(pattern), segments(name));
    // Which beginnings of the name the pattern so far matches: no pattern makes it try the same twice.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for segment in &pattern {
        reached = match segment.as_str() {
            "**" => reached
                .iter()
                .scan(false, |any, here| {
                    *any |= here;
                    Some(*any)
                })
                .collect(),
            one => {
                let fits = |place: usize| one == "*" || one == name[place];
                (0..=name.len()).map(|place| place > 0 && reached[place - 1] && fits(place - 1)).collect()
            }
        };
    }
    reached[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_segments() {
        for (pattern, name, fits) in [
            ("events/*", "events/a", true),
            ("events/*", "events/a/b", false),
            ("events/*", "events", false),
            ("**", "a/b/c", true),
            ("events/**", "events", true),
            ("a/**/z", "a/z", true),
            ("a/**/z", "a/b/c/z", true),
            ("a/**/z", "a/b/c", false),
            ("*/b", "a/b", true),
            ("a*", "ab", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
        let name = vec!["a"; 300].join("/");
        assert!(!matches(&format!("{}/z", vec!["**"; 300].join("/")), &name));
    }
}
