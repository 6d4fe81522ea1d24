//! How a workspace writes.

/// How dates, times and numbers are written. The words are English in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// `Tue, Dec 1, 2:00 PM`.
    UnitedStates,
    /// 24 hours and the day first: `Tue 1 Dec, 14:00`.
    #[default]
    International,
}

impl Locale {
    /// All of them, in a form's order.
    pub const ALL: [Self; 2] = [Self::UnitedStates, Self::International];

    /// As the database and forms have it: a BCP 47 tag.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnitedStates => "en-US",
            Self::International => "en-GB",
        }
    }

    /// The one of a tag; `None` for any other text.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.code() == code)
    }

    /// What a form calls it: an example says it best.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnitedStates => "Dec 1, 2026, 2:00 PM",
            Self::International => "1 December 2026, 14:00",
        }
    }

    /// A week from Monday on in the order in which it is written: it begins on a Sunday in the United States.
    pub fn week<T>(self, mut from_monday: [T; 7]) -> [T; 7] {
        if self == Self::UnitedStates {
            from_monday.rotate_right(1);
        }
        from_monday
    }

    /// The one that was chosen, else the usual one in the zone: that of the United States in their zones.
    pub fn of(chosen: Option<&str>, zone: chrono_tz::Tz) -> Self {
        let usual = if super::zones::is_american(zone) { Self::UnitedStates } else { Self::International };
        chosen.and_then(Self::parse).unwrap_or(usual)
    }
}
