//! The letters of a text file, whatever it was written in: UTF-8, UTF-16, or what programs wrote before them.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How many of a text's bytes are beyond ASCII at most, in percent, where nothing but the bytes says that it is text.
const FOREIGN: usize = 45;
/// How many letters an UTF-16 without a mark has at least: fewer say nothing.
const LETTERS: usize = 8;

/// Reads bytes as text; none where they are none. A letter that is cut in two at the end is left out.
pub(super) fn read(bytes: &[u8]) -> Option<String> {
    let encoding = of(bytes)?;
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    // The end may have been cut off anywhere.
    let text = text.strip_suffix('\u{fffd}').unwrap_or(&text);
    (!text.contains('\u{fffd}') && !text.chars().any(is_control)).then(|| text.to_owned())
}

/// Reads bytes that are known to be text, as well as can be.
pub(super) fn read_known(bytes: &[u8]) -> String {
    let encoding = of(bytes).unwrap_or(UTF_8);
    encoding.decode_with_bom_removal(bytes).0.replace('\0', "")
}

/// Whether bytes in an older encoding look like words rather than like data without a zero in it.
pub(super) fn is_mostly_plain(bytes: &[u8]) -> bool {
    let foreign = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    foreign * 100 <= bytes.len() * FOREIGN
}

/// In what bytes are written.
fn of(bytes: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Some(encoding);
    }
    match str::from_utf8(bytes) {
        Ok(_) => return Some(UTF_8),
        // Cut off within a letter; where that would be the first one, it is rather another encoding's last.
        Err(error) if error.error_len().is_none() && !bytes[..error.valid_up_to()].is_ascii() => {
            return Some(UTF_8);
        }
        Err(_) => {}
    }
    if bytes.contains(&0) {
        return unmarked(bytes);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, false);
    Some(detector.guess(None, Utf8Detection::Deny))
}

/// UTF-16 without a mark, by where its zeros are: Latin letters have one each.
fn unmarked(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (high, low, pairs) = (zeros(0), zeros(1), bytes.len() / 2);
    match (high * 10 > pairs * 4, low * 10 > pairs * 4) {
        (true, false) if pairs >= LETTERS => Some(UTF_16BE),
        (false, true) if pairs >= LETTERS => Some(UTF_16LE),
        _ => None,
    }
}

pub(super) fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253};

    use super::*;

    const FEES: &str =
        "Leistung;Gebühr;gültig ab\r\nBeglaubigung;50,00 €;1. März\r\nÜbersetzung;95,00 €;1. Mai\r\n";

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_table_reads_the_same_whatever_program_wrote_it() {
        let western = WINDOWS_1252.encode(FEES).0.into_owned();
        assert!(str::from_utf8(&western).is_err());
        let marked = |text: &str, big| utf_16(&format!("\u{feff}{text}"), big);
        let all = [
            FEES.as_bytes().to_vec(),
            format!("\u{feff}{FEES}").into_bytes(),
            western,
            marked(FEES, false),
            marked(FEES, true),
            utf_16(FEES, false),
            utf_16(FEES, true),
        ];
        for bytes in all {
            assert_eq!(read(&bytes).as_deref(), Some(FEES), "{:?}", &bytes[..12]);
            assert_eq!(read_known(&bytes), FEES);
        }
    }

    #[test]
    fn the_letters_of_other_countries_are_read() {
        let cases = [
            (WINDOWS_1250, "Ceník služeb: překlad smlouvy, ověření podpisu, žádost o příspěvek"),
            (WINDOWS_1251, "Стоимость услуг: перевод договора, заверение подписи, подача заявления"),
            (WINDOWS_1253, "Τιμοκατάλογος υπηρεσιών: μετάφραση σύμβασης και επικύρωση υπογραφής"),
            (SHIFT_JIS, "料金表：契約書の翻訳、署名の認証、申請書の提出について"),
        ];
        for (encoding, text) in cases {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost, "{text}");
            assert_eq!(read(&bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_cut_within_a_letter_costs_that_letter_alone() {
        let bytes = utf_16(&format!("\u{feff}{FEES}"), false);
        let read = read(&bytes[..bytes.len() - 1]).unwrap();
        assert!(FEES.starts_with(&read) && read.len() + 2 > FEES.len(), "{read:?}");
        assert_eq!(
            super::read(b"Caf\xe9").as_deref(),
            Some("Café"),
            "the last letter of an older encoding stays"
        );
        let long = "é".repeat(50);
        assert_eq!(super::read(&long.as_bytes()[..99]), Some("é".repeat(49)));
    }

    #[test]
    fn data_is_no_text() {
        for bytes in [
            &b"nul \0 and more of it here"[..],
            b"bell \x07",
            b"\0\x01\x02\x03\0\0\0\x04",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
