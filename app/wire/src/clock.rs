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

/// What somebody's clocks show beyond UTC: the first minutes, and what they show from each change on, in milliseconds since
/// 1970. The page carries it as text, `60 1774746000000:120`, so that it tells the time without knowing zones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClockOffsets {
    pub minutes: i32,
    pub changes: Vec<(i64, i32)>,
}

impl ClockOffsets {
    /// The minutes that hold at an instant.
    pub fn at(&self, ms: i64) -> i32 {
        let changes = self.changes.iter().take_while(|(from, _)| *from <= ms);
        changes.last().map_or(self.minutes, |(_, minutes)| *minutes)
    }

    /// The offsets of an attribute; what is none is left out.
    pub fn parse(text: &str) -> Self {
        let mut words = text.split(' ');
        let minutes = words.next().and_then(|minutes| minutes.parse().ok()).unwrap_or_default();
        let change = |word: &str| {
            let (from, minutes) = word.split_once(':')?;
            Some((from.parse().ok()?, minutes.parse().ok()?))
        };
        Self { minutes, changes: words.filter_map(change).collect() }
    }
}

impl std::fmt::Display for ClockOffsets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.minutes)?;
        self.changes.iter().try_for_each(|(from, minutes)| write!(f, " {from}:{minutes}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_change_show_both() {
        let offsets = ClockOffsets { minutes: -480, changes: vec![(1_000, -420), (2_000, -480)] };
        assert_eq!([0, 999, 1_000, 1_999, 2_000].map(|ms| offsets.at(ms)), [-480, -480, -420, -420, -480]);
        assert_eq!(offsets.to_string(), "-480 1000:-420 2000:-480");
        assert_eq!(ClockOffsets::parse(&offsets.to_string()), offsets);
        assert_eq!(ClockOffsets::parse("60"), ClockOffsets { minutes: 60, changes: vec![] });
        assert_eq!(ClockOffsets::parse("nothing at:all"), ClockOffsets::default());
    }

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
