//! How large a file may be, and how its size is written.

/// The most bytes that one file may have.
pub const LIMIT: u64 = 25 * 1024 * 1024;

/// [`LIMIT`] as a page says it.
pub const LIMIT_WORDS: &str = "25 MB";

/// The size of a file: `512 bytes`, `640 KB`, `1.4 MB`, `25 MB`; a KB has 1024 bytes. Rounded up, so
/// that a file that is too large never looks as if it fitted.
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = 1024 * KB;
    match bytes {
        1 => "1 byte".to_owned(),
        0 | 2..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} KB", bytes.div_ceil(KB)),
        _ => {
            let tenths = bytes / MB * 10 + (bytes % MB * 10).div_ceil(MB);
            match tenths % 10 {
                0 => format!("{} MB", tenths / 10),
                rest => format!("{}.{rest} MB", tenths / 10),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_said_as_it_is() {
        assert_eq!(size(LIMIT), LIMIT_WORDS);
    }

    #[test]
    fn sizes_never_look_smaller_than_they_are() {
        let cases = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1_023, "1023 bytes"),
            (1_024, "1 KB"),
            (1_025, "2 KB"),
            (1_400_000, "1.4 MB"),
            (25 * 1_048_576, "25 MB"),
            (25 * 1_048_576 + 1, "25.1 MB"),
            (u64::MAX, "17592186044416 MB"),
        ];
        for (bytes, words) in cases {
            assert_eq!(size(bytes), words, "{bytes}");
        }
    }
}
