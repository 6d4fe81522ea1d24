//! A time of day, as page and server both write it.

/// How many hours a clock's face has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hours {
    Twelve,
    #[default]
    TwentyFour,
}

impl Hours {
    /// As an attribute of the page has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Twelve => "12",
            Self::TwentyFour => "24",
        }
    }

    /// The one of an attribute; 24 for any other text.
    pub fn parse(text: &str) -> Self {
        if text == "12" { Self::Twelve } else { Self::TwentyFour }
    }
}

/// A time of day, in minutes after midnight: `2:02 PM` or `14:02`. A day's end, which is minute 1440, is `midnight` or
/// `24:00`.
pub fn time(minutes: u16, of: Hours) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    match (of, hours) {
        (Hours::TwentyFour, _) => format!("{hours:02}:{minutes:02}"),
        (Hours::Twelve, 24) => "midnight".to_owned(),
        (Hours::Twelve, _) => {
            let side = if hours < 12 { "AM" } else { "PM" };
            format!("{}:{minutes:02} {side}", (hours + 11) % 12 + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_has_twelve_hours_or_twenty_four() {
        let cases = [
            (0, "12:00 AM", "00:00"),
            (9 * 60, "9:00 AM", "09:00"),
            (12 * 60 + 5, "12:05 PM", "12:05"),
            (14 * 60 + 2, "2:02 PM", "14:02"),
            (23 * 60 + 59, "11:59 PM", "23:59"),
            (24 * 60, "midnight", "24:00"),
        ];
        for (minutes, twelve, other) in cases {
            assert_eq!([Hours::Twelve, Hours::TwentyFour].map(|of| time(minutes, of)), [twelve, other]);
        }
        assert!([Hours::Twelve, Hours::TwentyFour].into_iter().all(|of| Hours::parse(of.as_str()) == of));
    }
}
