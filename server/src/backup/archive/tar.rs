//! The outer form of a backup: a plain tar (ustar), so that anything opens one. There is one way only to write a member's
//! head and its padding, and anything else is refused: not a bit of it can change unseen.

/// What everything in a tar is a multiple of.
pub const BLOCK: usize = 512;

/// The longest last part of a name, and the longest folder before it.
const NAME: usize = 100;
const FOLDER: usize = 155;

/// A member's head.
pub fn head(name: &str, bytes: u64) -> [u8; BLOCK] {
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    debug_assert!(last.len() < NAME && folder.len() < FOLDER, "{name} is too long");
    let mut head = [0; BLOCK];
    let mut put = |at: usize, text: &[u8]| head[at..at + text.len()].copy_from_slice(text);
    put(0, &last.as_bytes()[..last.len().min(NAME)]);
    // Mode, owner, group, size and time, in octal.
    put(100, b"0000600\x000000000\x000000000\x00");
    put(124, format!("{bytes:011o}\x0000000000000\x00").as_bytes());
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    put(345, &folder.as_bytes()[..folder.len().min(FOLDER)]);
    let sum: u32 = head.iter().map(|&byte| u32::from(byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\x00 ").as_bytes());
    head
}

/// How many zeroes stand after so many bytes.
pub fn padding(bytes: u64) -> usize {
    let over = usize::try_from(bytes % BLOCK as u64).unwrap_or_default();
    (BLOCK - over) % BLOCK
}

/// The name and the size that a head gives, if it is one that [`head`] makes.
pub fn read(block: &[u8; BLOCK]) -> Option<(String, u64)> {
    let (last, folder) = (text(&block[..NAME])?, text(&block[345..345 + FOLDER])?);
    let name = if folder.is_empty() { last.to_owned() } else { format!("{folder}/{last}") };
    let bytes = u64::from_str_radix(std::str::from_utf8(&block[124..135]).ok()?, 8).ok()?;
    (!last.is_empty() && head(&name, bytes) == *block).then_some((name, bytes))
}

/// What stands before the first zero; one has to be there.
fn text(field: &[u8]) -> Option<&str> {
    let end = field.iter().position(|&byte| byte == 0)?;
    std::str::from_utf8(&field[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written_and_in_no_other_way() {
        let whole = head("tables/request/000001.gz", 70_000);
        assert_eq!(read(&whole), Some(("tables/request/000001.gz".into(), 70_000)));
        for at in 0..BLOCK {
            let mut bent = whole;
            bent[at] ^= 1;
            assert_ne!(read(&bent), read(&whole), "byte {at}");
        }
        assert_eq!((padding(0), padding(1), padding(512)), (0, 511, 0));
    }
}
