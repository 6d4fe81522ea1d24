//! A workspace's own line colour: written as `#rrggbb`, and readable wherever the pages put it.

/// How much of the line's colour its pale ground holds, in percent; the rest is paper.
pub const SOFT_PERCENT: u32 = 16;

/// What WCAG asks between small text and its ground.
const READABLE: f64 = 4.5;

/// The two grounds that text in the line's colour stands on, beside its own pale one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// Paper and card, as the styles have them (`style/tokens.css`).
    fn grounds(self) -> [(&'static str, Rgb); 2] {
        match self {
            Self::Light => [("the page", Rgb(0xfa, 0xf8, 0xf4)), ("a card", Rgb(0xff, 0xfd, 0xfa))],
            Self::Dark => [("the dark page", Rgb(0x17, 0x16, 0x13)), ("a dark card", Rgb(0x1f, 0x1d, 0x1a))],
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

/// Settles that a colour may be the line's.
///
/// # Errors
/// What to do about it, for beside its field.
pub fn check(colour: &str, theme: Theme) -> Result<(), String> {
    let Some(line) = Rgb::parse(colour) else {
        return Err("Enter a hex color, like #0f6b5c.".to_owned());
    };
    let paper = theme.grounds()[0].1;
    let soft = ("its own tint", line.on(paper));
    let worst = theme
        .grounds()
        .into_iter()
        .chain([soft])
        .map(|(name, ground)| (name, line.contrast(ground)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    match worst {
        Some((ground, contrast)) if contrast < READABLE => {
            let way = if theme == Theme::Light { "darker" } else { "lighter" };
            // Rounded down: a colour that fails never reads as one that passes.
            let contrast = (contrast * 10.0).floor() / 10.0;
            Err(format!(
                "Choose a {way} color. On {ground} its contrast is {contrast:.1}:1, and text needs at least 4.5:1."
            ))
        }
        _ => Ok(()),
    }
}

impl Rgb {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// Its pale ground on `paper`.
    fn on(self, paper: Self) -> Self {
        let mix = |own: u8, paper: u8| {
            let mixed = (u32::from(own) * SOFT_PERCENT + u32::from(paper) * (100 - SOFT_PERCENT) + 50) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, paper.0), mix(self.1, paper.1), mix(self.2, paper.2))
    }

    /// WCAG's relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// WCAG's contrast ratio, from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_products_own_colours_pass() {
        assert_eq!(check("#0f6b5c", Theme::Light), Ok(()));
        assert_eq!(check("#5cc3ad", Theme::Dark), Ok(()));
        assert_eq!(check("#7A3B8F", Theme::Light), Ok(()));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_number() {
        let pale = check("#5cc3ad", Theme::Light).unwrap_err();
        assert!(pale.starts_with("Choose a darker color. On its own tint its contrast is 1."), "{pale}");
        assert!(check("#0f6b5c", Theme::Dark).unwrap_err().starts_with("Choose a lighter color"));
    }

    #[test]
    fn contrast_is_wcags() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        // The grey that is known to fall just short, and the one that passes.
        assert!(Rgb(0x77, 0x77, 0x77).contrast(white) < 4.5);
        assert!(Rgb(0x76, 0x76, 0x76).contrast(white) > 4.5);
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        for text in ["", "0f6b5c", "#0f6b5", "#0f6b5cc", "#0f6b5g", "#+1+1+1", "#éééabc", "red;}"] {
            assert!(check(text, Theme::Light).unwrap_err().starts_with("Enter a hex color"), "{text}");
        }
    }
}
